/**
 * A vendor that is none: it answers the four upstream protocols (OpenAI Chat Completions and Responses, Anthropic
 * Messages, Gemini) by fixed rules, whole or streamed, so that a gateway can be tried and tested without any key.
 *
 * It says who it is and repeats what the user said last, and the time before. A tool choice that forces a tool gets
 * a call with arguments made from the tool's schema; the result of a tool is quoted; a JSON schema for the answer gets
 * JSON that fits it; limits and stop sequences are kept. A token is a word, or twelve characters of a longer one.
 *
 * Directives in the last user text make it do more:
 *
 * | Directive | Effect |
 * |---|---|
 * | `[[tool:NAME {"a":1}]]` | Calls the tool, if it is on offer; several call in parallel. Without JSON, from the schema |
 * | `[[say:TEXT]]` | Says this; before the calls, where there are any |
 * | `[[reason:TEXT]]` | Reasons in these words, in the protocol's own way, with its signature |
 * | `[[tokens:N]]` | Answers with N tokens |
 * | `[[finish:length]]` | Ends so; also `refusal`, `content_filter` |
 * | `[[usage:input=9,cached=4,write=2,write1h=1,output=5,reasoning=3]]` | Reports these tokens; `input` and `output` are totals |
 * | `[[no-usage]]` | Reports none |
 * | `[[delay:MS]]` | Waits before each event |
 * | `[[error:429]]` | Fails with this status; `[[error:529@3]]` fails inside the stream after three events |
 * | `[[cut:N]]` | Breaks the connection after N events (a body that is no stream: after the head) |
 * | `[[stall]]` | Falls silent after the first event (a body that is no stream: after the head) |
 */
export type { SimulatedVendor, SimulatedVendorOptions } from './server.js'
export { startSimulatedVendor } from './server.js'
export { createSimulatedTransport } from './transport.js'
export { replyTo } from './reply.js'
