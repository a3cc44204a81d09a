import { expect, it } from 'vitest'
import { usageCsv } from '../../../src/gateway/admin/usage-csv.js'
import type { UsageRecord } from '../../../src/usage/record.js'
import { usageRecord } from '../../contracts/samples.js'

async function csvOf(records: readonly UsageRecord[]): Promise<string> {
  let text = ''
  for await (const line of usageCsv(records)) text += line
  return text
}

/** The cell of a column in the only record. */
async function cellOf(record: Partial<UsageRecord>, column: string): Promise<string> {
  const [names = '', line = ''] = (await csvOf([usageRecord(record)])).split(/\r\n(?=\S)/)
  const at = names.split(',').indexOf(column)
  const before = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|\r\n|$)/g) ?? []
  return (before[at] ?? '').replace(/(?:,|\r\n)$/, '')
}

it('begins with the names of its columns, and has a line for each record', async () => {
  const record = usageRecord({ time: Date.parse('2026-01-31T10:00:00Z'), costMicro: 1234, endUser: null })
  const text = await csvOf([record, record])
  const [names, line, again, end] = text.split('\r\n')
  expect(names?.split(',').slice(0, 5)).toEqual(['time', 'request_id', 'account_id', 'key_id', 'end_user'])
  expect(line).toBe(
    '2026-01-31T10:00:00.000Z,req_cm_1,acme,key_1,,chat,openai/gpt-5.5,openai:gpt-5.5,false,completed,200,,12,8,10,0,0,5,0,1234,0,1',
  )
  expect([again, end]).toEqual([line, ''])
})

it.each([
  [{}, '1'],
  [{ route: null }, '0'],
  [
    {
      attempts: [429, 200].map((status) => ({ route: 'a:m', status, errorCode: null, latencyMs: 1 })),
    },
    '2',
  ],
])('counts the calls to vendors that a request took', async (record, cell) => {
  expect(await cellOf(record, 'attempts')).toBe(cell)
})

it('leaves out the columns that it is told to', async () => {
  let text = ''
  for await (const line of usageCsv([usageRecord()], { without: ['route', 'attempts', 'none'] })) text += line
  expect(text).toContain('model,streamed,status')
  expect(text).not.toMatch(/attempts|openai:gpt/)
})

it('is its names alone when there is no record', async () => {
  expect(await csvOf([])).toMatch(/^time,[a-z_,]+\r\n$/)
})

it.each([
  ['a,b', '"a,b"'],
  ['a "quoted" one', '"a ""quoted"" one"'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', '"\'\r=1"'],
  ['＝1', "'＝1"],
  ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ['u-1', 'u-1'],
])('writes the end user %j so that it is only a text', async (endUser, cell) => {
  expect(await cellOf({ endUser }, 'end_user')).toBe(cell)
})
