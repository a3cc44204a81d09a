import type * as z from 'zod/mini'
import type { ConfigProblem } from './config.js'

type Issue = z.core.$ZodIssue
type RawIssue = z.core.$ZodRawIssue
type Describe = (issue: RawIssue) => string | undefined

/** Words for what is wrong with a value; where a shape has words of its own, those stand. */
const DESCRIPTIONS: Readonly<Record<string, Describe>> = {
  invalid_type: (issue) =>
    issue.input === undefined
      ? 'is missing'
      : `must be ${EXPECTED[String(issue['expected'])] ?? String(issue['expected'])}`,
  invalid_value: (issue) => `must be one of ${JSON.stringify(issue['values']).slice(1, -1)}`,
  too_small: (issue) =>
    issue['origin'] === 'string' || issue['origin'] === 'array'
      ? 'is too short'
      : `must be ${issue['inclusive'] === true ? 'at least' : 'more than'} ${String(issue['minimum'])}`,
  too_big: (issue) => `must be at most ${String(issue['maximum'])}`,
  invalid_format: () => 'has the wrong form',
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
}

/** Error map for zod: says in our words what is wrong. */
export const describeIssue: Describe = (issue) => DESCRIPTIONS[issue.code]?.(issue)

/** The problems behind one issue, each with its path. */
export function toProblems(issue: Issue, parent: readonly PropertyKey[] = []): readonly ConfigProblem[] {
  const path = [...parent, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: formatPath([...path, key]), message: 'unknown setting' }))
    case 'invalid_union': {
      const meant = issue.errors.find((issues) => issues.every(isInside))
      if (meant !== undefined && meant.length > 0) return meant.flatMap((inner) => toProblems(inner, path))
      return [{ path: formatPath(path), message: issue.message }]
    }
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path: formatPath(path), message }))
    default:
      return [{ path: formatPath(path), message: issue.message }]
  }
}

/** The value has the right form as a whole: of several forms it is the one that was meant. */
function isInside({ path, code }: Issue): boolean {
  return path.length > 0 || code === 'unrecognized_keys'
}

/** Formats a path: `['models', 0, 'id']` → `models[0].id`. */
function formatPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? String(step) : `.${String(step)}`
  }
  return text === '' ? '(root)' : text
}
