import fc from 'fast-check'

/** Properties run on the same cases everywhere, so that a red build can be repeated; `FAST_CHECK_SEED` looks for others. */
fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20_261_123) })
