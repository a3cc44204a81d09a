import { testIdempotency } from '../../contracts/idempotency.js'
import { describePostgres } from '../../support/describe-postgres.js'

describePostgres('answers that are given again', ({ open }) => {
  testIdempotency(({ now }) => open({ now }), 'postgres: ')
})
