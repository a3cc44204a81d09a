/** What a client of this protocol can do without, in the words from which Claude Code learns that it must. */
export type RejectedCapability =
  | 'mid_conv_system'
  | 'cache_control_field'
  | 'thinking_signature'
  | 'structured_outputs_unsupported'
  | 'effort_unsupported'
  | 'media_budget'
  | 'image_block'
  | 'document_block'

const UNWANTED = String.raw`(?:not (?:be )?(?:supported|enabled|permitted|allowed|available)|n't support|does not (?:support|accept)|unsupported|unavailable|unknown|unrecognized|only supported|extra inputs)`
const NEAR = String.raw`[^]{0,80}?`

/** Both orders: "images are not supported" and "does not support images". */
function refusalOf(subject: string): RegExp {
  return new RegExp(String.raw`(?:${subject})${NEAR}${UNWANTED}|${UNWANTED}${NEAR}(?:${subject})`, 'i')
}

/** What vendors write when a model cannot do something; the first that fits counts. */
const SIGNS: readonly (readonly [RejectedCapability, readonly RegExp[]])[] = [
  ['cache_control_field', [refusalOf('cache_control|prompt_cache_breakpoint')]],
  [
    'thinking_signature',
    [/invalid_encrypted_content|encrypted content\b[^]{0,80}could not be (?:verified|decrypted)/i],
  ],
  [
    'structured_outputs_unsupported',
    [
      refusalOf(
        'response.?format|json_schema|text\\.format|output_config\\.format|output_format|response mime type',
      ),
    ],
  ],
  [
    'media_budget',
    [
      /too many (?:images|documents|files|pages)|at most [1-9]\d* (?:image|document|file|page)|maximum of \d+ (?:image|page)/i,
    ],
  ],
  [
    'image_block',
    [
      refusalOf(String.raw`image_url|\bimage input|input_image|\bimages?\b|\bvision\b`),
      /unknown variant .?image|not a multimodal model|at most 0 image|no endpoints found that support image/i,
    ],
  ],
  [
    'document_block',
    [
      refusalOf(String.raw`\bpdfs?\b|\bdocuments?\b|input_file|file_data|\bfile input|application/[a-z.-]+`),
      /unknown variant .?(?:input_)?file/i,
    ],
  ],
  ['effort_unsupported', [refusalOf('reasoning_?effort|reasoning\\.effort|output_config\\.effort')]],
  [
    'mid_conv_system',
    [
      /system (?:message|role|prompt)s?[^]{0,40}(?:must be|only)[^]{0,20}(?:at the )?(?:beginning|first|start)/i,
      /unexpected role .?(?:system|developer).? after/i,
    ],
  ],
]

/** Reads from a refusal what the model cannot do; undefined for most texts. */
export function readRejectedCapability(text: string): RejectedCapability | undefined {
  return SIGNS.find(([, signs]) => signs.some((sign) => sign.test(text)))?.[0]
}
