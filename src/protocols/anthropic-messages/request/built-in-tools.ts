import type { JsonObject } from '../../../canonical/json.js'
import type { HostedTool } from '../../../canonical/request.js'

/** Shared meaning of tools that the vendor runs, by prefix of their versioned type. */
export const HOSTED_KINDS: readonly { readonly prefix: string; readonly kind: HostedTool['kind'] }[] = [
  { prefix: 'web_search_', kind: 'web-search' },
  { prefix: 'web_fetch_', kind: 'web-fetch' },
  { prefix: 'tool_search_', kind: 'tool-search' },
  { prefix: 'code_execution_', kind: 'code-execution' },
]

const text = (description: string): JsonObject => ({ type: 'string', description })

/**
 * Tools that the client runs and the vendor's models know by name, by prefix of their versioned type: what a model
 * of another vendor must be told to call them in the same way.
 */
export const CLIENT_TOOL_SCHEMAS: Readonly<
  Record<string, { readonly description: string; readonly parameters: JsonObject }>
> = {
  bash_: {
    description: 'Runs a command in a persistent bash session and returns its output.',
    parameters: {
      type: 'object',
      properties: {
        command: text('The command to run. Required unless the session is restarted.'),
        restart: { type: 'boolean', description: 'True: restart the session instead.' },
      },
    },
  },
  text_editor_: {
    description: 'Views, creates and edits text files.',
    parameters: {
      type: 'object',
      properties: {
        command: { type: 'string', enum: ['view', 'create', 'str_replace', 'insert'] },
        path: text('Path of the file or folder.'),
        file_text: text('For `create`: the whole content of the new file.'),
        old_str: text('For `str_replace`: the text to replace, which must occur exactly once.'),
        new_str: text('For `str_replace`: the new text.'),
        insert_line: { type: 'integer', description: 'For `insert`: the line after which to insert.' },
        insert_text: text('For `insert`: the text to insert.'),
        view_range: {
          type: 'array',
          items: { type: 'integer' },
          description: 'For `view`: first and last line; -1 is the end of the file.',
        },
      },
      required: ['command', 'path'],
    },
  },
  memory_: {
    description: 'Reads and writes files under /memories, which last beyond this conversation.',
    parameters: {
      type: 'object',
      properties: {
        command: { type: 'string', enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'] },
        path: text('Path under /memories.'),
        file_text: text('For `create`: the content.'),
        old_str: text('For `str_replace`: the text to replace.'),
        new_str: text('For `str_replace`: the new text.'),
        insert_line: { type: 'integer', description: 'For `insert`: the line after which to insert.' },
        insert_text: text('For `insert`: the text to insert.'),
        old_path: text('For `rename`: the present path.'),
        new_path: text('For `rename`: the new path.'),
        view_range: { type: 'array', items: { type: 'integer' }, description: 'For `view`: lines to show.' },
      },
      required: ['command'],
    },
  },
}
