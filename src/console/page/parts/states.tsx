import type { ComponentChildren, JSX } from 'preact'
import type { Problem } from '../api/api-error.js'
import { Icon, type IconName } from './icon.js'
import { CopyButton } from './copy-button.js'

/** Grey lines while something loads for the first time. */
export function Loading({
  lines = 4,
  label = 'Loading',
}: {
  readonly lines?: number
  readonly label?: string
}): JSX.Element {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">{label}…</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} class="skeleton" aria-hidden="true" />
      ))}
    </div>
  )
}

/** Nothing there yet, and what one can do about it. */
export function Empty({
  icon = 'info',
  title,
  children,
}: {
  readonly icon?: IconName
  readonly title: string
  readonly children?: ComponentChildren
}): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}

const HEADINGS: Readonly<Record<number, string>> = {
  0: 'No connection',
  401: 'Signed out',
  402: 'Out of balance',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  429: 'Too many requests',
}

const HEADINGS_BY_CODE: Readonly<Record<string, string>> = {
  wrong_token: 'Wrong token',
  csrf_token: 'This page is out of date: reload it',
}

/** What went wrong, with the request id to quote to support. */
export function ProblemNote({
  problem,
  onRetry,
}: {
  readonly problem: Problem
  readonly onRetry?: (() => void) | undefined
}): JSX.Element {
  const { status, message, param, code, requestId, retryAfterSeconds } = problem
  return (
    <div class="note bad" role="alert">
      <Icon name="warning" />
      <div class="note-body">
        <p class="note-title">{HEADINGS_BY_CODE[code] ?? HEADINGS[status] ?? 'That did not work'}</p>
        <p>{message}</p>
        {retryAfterSeconds !== null && <p>Try again in {retryAfterSeconds} s.</p>}
        <p class="note-facts">
          <code>{status === 0 ? code : `${status} ${code}`}</code>
          {param !== null && <code>{param}</code>}
          {requestId !== null && (
            <span class="copyable">
              <code>{requestId}</code>
              <CopyButton text={requestId} label="Copy request id" />
            </span>
          )}
        </p>
      </div>
      {onRetry !== undefined && (
        <button type="button" class="button small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}

/** What one should know, without having asked. */
export function Note({
  tone = 'plain',
  children,
}: {
  readonly tone?: 'plain' | 'warn' | 'good'
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <div class={`note ${tone}`}>
      <Icon name={tone === 'warn' ? 'warning' : tone === 'good' ? 'check' : 'info'} />
      <div class="note-body">{children}</div>
    </div>
  )
}
