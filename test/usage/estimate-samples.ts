/** A text with the number of tokens that a BPE tokenizer with 200k entries (o200k) makes of it. */
export interface TokenSample {
  readonly name: string
  readonly text: string
  readonly tokens: number
}

const ENGLISH = `When the harbour froze in the second week of January, the ferry company asked its captains to
keep a narrow channel open by sailing it every four hours, day and night, whether or not there were passengers.
Most of them grumbled; one of them, who had been a whaler in his youth, simply moved his bed into the wheelhouse.`

const CODE = `export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
`

const JSON_TEXT = JSON.stringify(
  Array.from({ length: 6 }, (_, index) => ({
    id: `order-${index}`,
    customer: { name: 'Jane Doe', email: 'jane@example.com' },
    lines: [{ sku: 'TEA-014', quantity: index + 1, unitPrice: 4.25 }],
    paid: index % 2 === 0,
  })),
)

const CHINESE = `冬天来得很早，河面在十一月就结了冰。村里的老人说，这样的年份往往会有一个丰收的夏天，
所以没有人抱怨寒冷。孩子们在冰上滑来滑去，大人们修理农具，准备种子，等待春天的第一声雷响。
邮差每隔三天从城里骑车过来，带来报纸、药品和远方亲人的信件。`

const ARABIC = `وصل القطار إلى المحطة الصغيرة قبل الفجر بقليل، ولم يكن على الرصيف سوى رجل عجوز يحمل صندوقا من الكتب.
قال للسائق إنه ينتظر حفيدته التي تدرس الطب في العاصمة، وإنها وعدته بأن تعود قبل موسم الزيتون لتساعده في القطاف.`

const RUSSIAN = `Поезд пришёл на маленькую станцию незадолго до рассвета, и на платформе стоял только старик с ящиком книг.
Он рассказал машинисту, что ждёт внучку, которая учится в столице на врача и обещала приехать до начала сбора яблок.`

/** Deterministic bytes without a pattern. */
function noise(length: number): Uint8Array {
  let state = 12_345
  return Uint8Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state >> 16
  })
}

const NOISE = noise(600)

export const SAMPLES: readonly TokenSample[] = [
  { name: 'English', text: ENGLISH, tokens: 72 },
  { name: 'code', text: CODE, tokens: 91 },
  { name: 'JSON', text: JSON_TEXT, tokens: 284 },
  { name: 'Chinese', text: CHINESE, tokens: 104 },
  { name: 'Arabic', text: ARABIC, tokens: 63 },
  { name: 'Russian', text: RUSSIAN, tokens: 66 },
  { name: 'base64', text: Buffer.from(NOISE).toString('base64'), tokens: 549 },
  { name: 'hexadecimal', text: Buffer.from(NOISE).toString('hex'), tokens: 672 },
  { name: 'digits', text: Array.from(NOISE, (byte) => byte % 10).join(''), tokens: 200 },
]
