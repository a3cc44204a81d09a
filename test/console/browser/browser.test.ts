import { describe } from 'vitest'
import { tellAccessibility, tellLocales } from './accessibility.js'
import { describeBrowser } from './browser.js'
import { tellHostLogin } from './host-login.js'
import { tellInjection } from './injection.js'
import { tellKeyboard } from './keyboard.js'
import { tellLargeUsage } from './large-usage.js'
import { tellLate } from './late.js'
import { tellRoles } from './roles.js'
import { tellStory } from './story.js'
import { tellStrictness } from './strictness.js'

describeBrowser('the console', (open) => {
  describe('from the first key to the last cent', () => {
    tellStory(open)
  })
  describe('who may do what', () => {
    tellRoles(open)
  })
  describe('the login of the host', () => {
    tellHostLogin(open)
  })
  describe('what it loads', () => {
    tellStrictness(open)
  })
  describe('words of others', () => {
    tellInjection(open)
  })
  describe('everybody’s page', () => {
    tellAccessibility(open)
    tellLocales(open)
  })
  describe('without a mouse', () => {
    tellKeyboard(open)
  })
  describe('answers that come late', () => {
    tellLate(open)
  })
  describe('a long list of requests', () => {
    tellLargeUsage(open)
  })
})
