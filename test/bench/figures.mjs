/** Answers the bench's questions about this process: CPU time in microseconds, resident memory in bytes. */
process.on('SIGINT', () => process.exit())
export function serveFigures(port) {
  process.on('message', (question) => {
    if (question === 'collect') globalThis.gc?.()
    const { user, system } = process.cpuUsage()
    process.send({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() })
  })
  process.send({ port })
}
