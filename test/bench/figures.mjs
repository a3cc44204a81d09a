/** Answers the bench's questions about this process: CPU time in microseconds, resident memory in bytes. */
export function serveFigures(port) {
  process.on('message', (question) => {
    if (question === 'collect') globalThis.gc?.()
    const { user, system } = process.cpuUsage()
    process.send({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() })
  })
  process.send({ port })
}
