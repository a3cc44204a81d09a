import { single } from '../gateway/http/headers.js'
import type { RequestHeaders } from '../gateway/http/http.js'

/** Whether the answer may be gzipped, and is not wanted plain rather than that. */
export function acceptsGzip({ 'accept-encoding': accepted }: RequestHeaders): boolean {
  const weights = new Map(listOf(accepted).map(readCoding))
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0)
}

/** Whether the client has what the tag names; tags are compared weakly, as for GET and HEAD they are. */
export function hasCopy({ 'if-none-match': known }: RequestHeaders, etag: string): boolean {
  return listOf(known).some((tag) => tag === '*' || opaqueOf(tag) === opaqueOf(etag))
}

function listOf(header: RequestHeaders[string]): readonly string[] {
  return header === undefined
    ? []
    : single(header)
        .split(',')
        .map((item) => item.trim())
}

function opaqueOf(tag: string): string {
  return tag.replace(/^W\//, '')
}

/** `gzip;q=0.5`. A weight that is none counts as 1. */
function readCoding(item: string): readonly [name: string, weight: number] {
  const [name = '', ...parameters] = item.toLowerCase().split(';')
  const weight = parameters.map((parameter) => /^\s*q\s*=\s*([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean)
  return [name.trim(), weight === undefined ? 1 : Number(weight)]
}
