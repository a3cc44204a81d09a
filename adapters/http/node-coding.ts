import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'

/** A content coding in both forms: the whole body at once, and as a stream. */
export interface ContentDecoder {
  readonly whole: typeof zlib.gunzip
  readonly stream: () => Transform
}

/** Zstandard came with Node 22.15: older ones lack these exports. */
const newer = zlib as {
  readonly zstdDecompress?: typeof zlib.gunzip
  readonly createZstdDecompress?: () => Transform
}

const DECODERS: ReadonlyMap<string, ContentDecoder> = new Map([
  ['gzip', { whole: zlib.gunzip, stream: zlib.createGunzip }],
  ['x-gzip', { whole: zlib.gunzip, stream: zlib.createGunzip }],
  ['deflate', { whole: zlib.inflate, stream: zlib.createInflate }],
  ['br', { whole: zlib.brotliDecompress, stream: zlib.createBrotliDecompress }],
  ...zstd(),
])

/** The decoder of a `content-encoding` value; undefined for one that this Node cannot undo. */
export function findDecoder(coding: string): ContentDecoder | undefined {
  return DECODERS.get(coding)
}

/** True for a `content-encoding` that leaves the bytes as they are. */
export function isPlain(coding: string): boolean {
  return coding === '' || coding === 'identity'
}

function zstd(): readonly (readonly [string, ContentDecoder])[] {
  const { zstdDecompress: whole, createZstdDecompress: stream } = newer
  return whole === undefined || stream === undefined ? [] : [['zstd', { whole, stream }]]
}
