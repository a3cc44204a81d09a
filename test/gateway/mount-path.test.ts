import { expect, test } from 'vitest'
import { pathOf, relativePath } from '../../src/gateway/http/mount-path.js'

test.each([
  ['/llm/v1/models?x=/a', '/llm/*', '/v1/models?x=/a'],
  ['/llm/v1/models/', '/llm/*', '/v1/models/'],
  ['/llm', '/llm/*', '/'],
  ['/llm?x=1', '/llm/*', '/?x=1'],
  ['/llm/', '/llm/*', '/'],
  ['/acme/llm/a%2Fb', '/:tenant/llm/*', '/a%2Fb'],
  ['/v1/models', '/*', '/v1/models'],
  ['/v1/models', '*', '/v1/models'],
  ['https://host.test/llm/v1?x=1#y', '/llm/*', '/v1?x=1'],
  ['https://host.test', '/llm/*', '/'],
])('%s under %s is %s', (url, route, path) => {
  expect(relativePath(url, route)).toBe(path)
})

test.each([
  ['https://host.test', '/'],
  ['https://host.test?x=1', '/?x=1'],
  ['https://host.test/a//b?c=d#e', '/a//b?c=d'],
  ['/a?b', '/a?b'],
])('the path of %s is %s', (url, path) => {
  expect(pathOf(url)).toBe(path)
})
