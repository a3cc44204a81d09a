import type { Agent } from './agent.js'
import { claudeCodes } from './claude-code.js'
import { cline } from './cline.js'
import { codexes } from './codex.js'
import { copilot } from './copilot.js'
import { libraries } from './libraries.js'
import { opencode } from './opencode.js'
import { pi } from './pi.js'
import { qwenCode } from './qwen-code.js'

/** Every client, once for each protocol that it speaks. */
export const AGENTS: readonly Agent[] = [
  ...claudeCodes,
  ...codexes,
  ...opencode,
  ...copilot,
  ...qwenCode,
  ...pi,
  cline,
  ...libraries,
]
