import { isJsonObject, type JsonValue } from '../../canonical/json.js'
import { usageCsv } from '../../gateway/admin/usage-csv.js'
import type { UsageFilter as GatewayFilter, UsageRecord as GatewayRecord } from '../../usage/record.js'
import { maySee, type Principal } from '../principal.js'
import { jsonRoute, rawRoute, type Route } from '../route.js'
import { answerCsv } from './csv-answer.js'
import { readPage } from './cursor.js'
import type { UsageFilter, UsageRecord } from './types.js'
import { formatTime, found, notFound, parseTime, scopeOf } from './values.js'

/** What was called, and what it cost. */
export const USAGE_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: 'usage',
    access: 'viewer',
    summary: 'Requests, newest first.',
    query: 'UsageQuery',
    answer: 'UsageRecordList',
    run: ({ gateway }, { principal, query }) => {
      const { after, limit, ...filter } = query
      const wanted = toFilter(principal, filter)
      return readPage(
        { after, limit },
        {
          read: (page) => gateway.admin.usage.records({ ...wanted, ...page }),
          positionOf: ({ time, requestId }) => ({ time, requestId }),
          isPosition,
        },
        (record) => toRecord(principal, record),
      )
    },
  }),
  rawRoute({
    method: 'GET',
    path: 'usage.csv',
    access: 'viewer',
    summary: 'Requests as CSV, newest first.',
    query: 'UsageFilter',
    contentType: 'text/csv',
    run({ gateway }, { principal, query }, headers) {
      const records = gateway.admin.usage.exportRecords(toFilter(principal, query))
      const without = principal.role === 'operator' ? [] : ['route', 'attempts']
      return answerCsv(usageCsv(records, { without }), headers)
    },
  }),
  jsonRoute({
    method: 'GET',
    path: 'usage/{request_id}',
    access: 'viewer',
    summary: 'One request.',
    answer: 'UsageRecord',
    async run({ gateway }, { principal, params: { request_id: id } }) {
      const record = found(await gateway.admin.usage.record(id), 'request', id)
      if (!maySee(principal, record.accountId)) throw notFound('request', id)
      return toRecord(principal, record)
    },
  }),
]

type Position = { readonly time: number; readonly requestId: string }

function isPosition(value: JsonValue | undefined): value is Position {
  if (!isJsonObject(value)) return false
  const { time, requestId } = value
  return typeof time === 'number' && Number.isSafeInteger(time) && time >= 0 && isName(requestId)
}

function isName(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && value !== ''
}

function toFilter(principal: Principal, filter: UsageFilter): GatewayFilter {
  return {
    accountId: scopeOf(principal, filter.account_id),
    keyId: filter.key_id,
    model: filter.model,
    status: filter.status,
    endUser: filter.end_user,
    since: parseTime(filter.since),
    until: parseTime(filter.until),
  }
}

/** Upstreams are the operator's business: who is none sees neither routes nor attempts. */
function redact(principal: Principal, record: GatewayRecord): GatewayRecord {
  return principal.role === 'operator' ? record : { ...record, route: null, attempts: undefined }
}

function toRecord(principal: Principal, whole: GatewayRecord): UsageRecord {
  const { usage, attempts, ...record } = redact(principal, whole)
  return {
    request_id: record.requestId,
    account_id: record.accountId,
    key_id: record.keyId,
    time: formatTime(record.time),
    model: record.model,
    route: record.route,
    endpoint: record.endpoint,
    status: record.status,
    http_status: record.httpStatus,
    error_code: record.errorCode,
    error_message: record.errorMessage,
    latency_ms: record.latencyMs,
    time_to_first_byte_ms: record.timeToFirstByteMs,
    streamed: record.streamed,
    end_user: record.endUser,
    usage: {
      input_tokens: usage.inputTokens,
      cache_read_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      cache_write_long_tokens: usage.cacheWriteLongTokens,
      output_tokens: usage.outputTokens,
      reasoning_tokens: usage.reasoningTokens,
      estimated: usage.estimated ?? false,
    },
    cost_micro: record.costMicro,
    shortfall_micro: record.shortfallMicro,
    ...(attempts === undefined ? {} : { attempts: attempts.map(toAttempt) }),
  }
}

function toAttempt({
  route,
  status,
  errorCode,
  latencyMs,
}: NonNullable<GatewayRecord['attempts']>[number]): NonNullable<UsageRecord['attempts']>[number] {
  return { route, status, error_code: errorCode, latency_ms: latencyMs }
}
