import { Agent, type Model, type ModelSettings, Runner, setTracingDisabled, tool } from '@openai/agents'

setTracingDisabled(true)

/** An agent of the OpenAI Agents SDK with one tool, and what the tool was asked. */
export interface WeatherAgent {
  readonly agent: Agent
  readonly runner: Runner
  readonly asked: readonly unknown[]
}

/** Its tool `weather` answers "sunny", wherever it is asked of. */
export function createWeatherAgent(model: Model, modelSettings: ModelSettings = {}): WeatherAgent {
  const asked: unknown[] = []
  const weather = tool({
    name: 'weather',
    description: 'Tells the weather',
    strict: true,
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
    execute: (input) => {
      asked.push(input)
      return 'sunny'
    },
  })
  const agent = new Agent({
    name: 'Reporter',
    instructions: 'Be brief.',
    model,
    modelSettings,
    tools: [weather],
  })
  return { agent, runner: new Runner({ tracingDisabled: true }), asked }
}
