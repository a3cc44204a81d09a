/** What a translation may leave out for these clients, as `code path`, and why nobody misses it. */
export const EXPECTED_LOSSES: Readonly<Record<string, string>> = {
  'clamped thinking': 'the nearest of the levels that a model has',
  'clamped max_tokens': 'a client does not know what the model can write',
  'dropped context_management': 'it asks to keep all thinking, which is what happens',
  'dropped messages[].reasoning_content':
    'Chat carries the words of reasoning, not the state that other vendors want',
  'dropped metadata.user_id': 'Gemini takes no end-user id',
  'dropped prompt_cache_key': 'caching by key is a matter of OpenAI alone',
  'dropped system[].cache_control': 'the vendor caches by itself',
  'dropped tools[].cache_control': 'the vendor caches by itself',
  'dropped temperature': 'it is 1, which is what a model that takes none uses',
  'dropped parallel_tool_calls':
    'Gemini cannot be held to one call at a time, and Codex runs several as well',
  'dropped reasoning.context':
    'Codex asks for the reasoning of all turns, which is what is sent where the vendor takes it',
  'dropped text.verbosity': 'how long an answer is to be has no place in the protocols of others',
  'dropped tools[].strict': 'libraries ask for it of every model',
  'dropped tools[]': 'words of a schema that Gemini does not know, and web search where the vendor has none',
  'emulated messages[]': 'an instruction within the conversation becomes marked text of the user',
  'emulated messages[].content[]': 'pi does not bring the signature of a call back: Gemini gets its stand-in',
  'emulated messages[].tool_calls[]': 'Chat carries no thought signature: Gemini gets its stand-in',
  'emulated input[].tools[].tools[]': 'a grammar is told in words',
  'emulated tools[].tool_search': 'all tools are given at once',
  'emulated tools[]': "a grammar is told in words; the vendor's own web search stands for that of another",
}
