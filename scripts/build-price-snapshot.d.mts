import type { SnapshotRow } from '../src/models/price-snapshot.js'

export declare function buildSnapshot(date: string): Record<string, Record<string, SnapshotRow | string>>
export declare function toMicro(dollars: number | string): number
