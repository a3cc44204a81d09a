const SPACE = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y
const CUT_STRING = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*(?:\\(?:u[\dA-Fa-f]{0,3})?)?$/y
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][-+]?\d+)?)(?![\w.+-])/y
/** What a scalar may have been before it was cut. */
const CUT_SCALAR =
  /(?:t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-?(?:(?:0|[1-9]\d*)(?:\.|(?:\.\d+)?(?:[Ee][-+]?\d*)?)?)?)$/y

/** What may come next. */
type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'nothing'

/** True for text that JSON can begin with: what was cut off is missing, but nothing of what came is wrong. */
export function isJsonPrefix(text: string): boolean {
  const open: string[] = []
  let expected: Expected = 'value'
  let at = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at += match[0].length
    return match !== null
  }
  for (;;) {
    take(SPACE)
    if (at === text.length) return true
    const character = text.charAt(at)
    if (isEnd(character, expected)) {
      if (open.pop() !== character) return false
      at++
      expected = open.length === 0 ? 'nothing' : 'comma'
    } else if (expected === 'comma' || expected === 'colon') {
      if (character !== (expected === 'comma' ? ',' : ':')) return false
      at++
      expected = expected === 'comma' && open.at(-1) === '}' ? 'key' : 'value'
    } else if (expected === 'key' || expected === 'first key') {
      if (!take(STRING)) return take(CUT_STRING)
      expected = 'colon'
    } else if (expected === 'nothing') return false
    else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']')
      at++
      expected = character === '{' ? 'first key' : 'first value'
    } else {
      if (!take(STRING) && !take(SCALAR)) return take(CUT_STRING) || take(CUT_SCALAR)
      expected = open.length === 0 ? 'nothing' : 'comma'
    }
  }
}

/** An end may follow a value, or the very beginning of a list or object. */
function isEnd(character: string, expected: Expected): boolean {
  if (character === '}') return expected === 'comma' || expected === 'first key'
  return character === ']' && (expected === 'comma' || expected === 'first value')
}
