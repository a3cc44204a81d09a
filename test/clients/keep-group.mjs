import { spawn } from 'node:child_process'
import process from 'node:process'

// Runs a program as the leader of its process group, and ends all of the group when the pipe on its input closes:
// whoever started it may have been killed, and has then ended nothing itself.
const [program, ...given] = process.argv.slice(2)

function endGroup() {
  process.kill(-process.pid, 'SIGKILL')
}

process.stdin.resume().once('close', endGroup)
spawn(program, given, { stdio: ['ignore', 'inherit', 'inherit'] })
  .once('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(127)
  })
  .once('exit', (code) => process.exit(code ?? 1))
