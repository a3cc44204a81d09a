import { afterAll, beforeAll, describe } from 'vitest'
import { describeAnthropic } from '../../contracts/anthropic-sdk.js'
import { describeOpenai } from '../../contracts/openai-sdk.js'
import { MOUNTS } from '../../support/mounts.js'
import { type SdkGateway, startSdkGateway } from '../../support/sdk-gateway.js'

describe.each(MOUNTS)('the official SDKs against a gateway on %s', (_name, start) => {
  let started: SdkGateway
  beforeAll(async () => {
    started = await startSdkGateway(start)
  })
  afterAll(async () => {
    await started.close()
  })
  const gateway = () => started
  describeOpenai(gateway)
  describeAnthropic(gateway)
})
