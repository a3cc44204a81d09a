import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  /** What is wrong with what was typed. */
  readonly error?: string | null | undefined
  /** The label is read aloud only. */
  readonly isLabelHidden?: boolean | undefined
}

interface ControlIds {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': 'true' | undefined
}

/** A control with its label, a hint and what is wrong with it, tied together. */
function Field({
  label,
  hint,
  error = null,
  isLabelHidden = false,
  children,
}: FieldProps & { readonly children: (ids: ControlIds) => ComponentChildren }): JSX.Element {
  const id = useId()
  const notes = [hint === undefined ? null : `${id}-hint`, error === null ? null : `${id}-error`]
  const described = notes.filter((note) => note !== null).join(' ')
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? 'visually-hidden' : 'field-label'}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error === null ? undefined : 'true',
      })}
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== null && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  )
}

/** One line of text. */
export function TextField({
  value,
  onValue,
  type = 'text',
  placeholder,
  suggestions,
  isRequired = false,
  isMono = false,
  unit,
  inputMode,
  autoComplete = 'off',
  maxLength,
  ...field
}: FieldProps & {
  readonly value: string
  readonly onValue: (value: string) => void
  readonly type?: 'text' | 'search' | 'password' | 'date' | 'datetime-local'
  readonly placeholder?: string | undefined
  readonly suggestions?: readonly string[] | undefined
  readonly isRequired?: boolean | undefined
  readonly isMono?: boolean | undefined
  readonly unit?: string | undefined
  readonly inputMode?: 'decimal' | 'numeric' | undefined
  readonly autoComplete?: string | undefined
  readonly maxLength?: number | undefined
}): JSX.Element {
  const listId = useId()
  return (
    <Field {...field}>
      {(ids) => (
        <span class={unit === undefined ? 'control' : 'control with-unit'}>
          <input
            {...ids}
            {...inputKind(type, suggestions === undefined ? undefined : listId)}
            class={isMono ? 'input mono' : 'input'}
            value={value}
            placeholder={placeholder}
            required={isRequired}
            inputMode={inputMode}
            autoComplete={autoComplete}
            spellcheck={false}
            maxLength={maxLength}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
          {unit !== undefined && (
            <span class="unit" aria-hidden="true">
              {unit}
            </span>
          )}
          {suggestions !== undefined && <Suggestions id={listId} values={suggestions} />}
        </span>
      )}
    </Field>
  )
}

function Suggestions({
  id,
  values,
}: {
  readonly id: string
  readonly values: readonly string[]
}): JSX.Element {
  return (
    <datalist id={id}>
      {values.map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  )
}

/** Preact's types know each kind of input by itself only. */
function inputKind(
  type: string,
  list: string | undefined,
): { readonly type: 'text'; readonly list: string | undefined } {
  return { type: type as 'text', list }
}

/** Several lines of text. */
export function TextArea({
  value,
  onValue,
  rows = 3,
  placeholder,
  onKeyDown,
  ...field
}: FieldProps & {
  readonly value: string
  readonly onValue: (value: string) => void
  readonly rows?: number | undefined
  readonly placeholder?: string | undefined
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined
}): JSX.Element {
  return (
    <Field {...field}>
      {(ids) => (
        <textarea
          {...ids}
          class="input"
          rows={rows}
          value={value}
          placeholder={placeholder}
          onInput={(event) => onValue(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      )}
    </Field>
  )
}

/** One of a list; pairs of a value and the words for it. */
export function SelectField({
  value,
  options,
  onValue,
  ...field
}: FieldProps & {
  readonly value: string
  readonly options: readonly (readonly [value: string, words: string])[]
  readonly onValue: (value: string) => void
}): JSX.Element {
  return (
    <Field {...field}>
      {(ids) => (
        <select {...ids} class="input" value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          {options.map(([option, words]) => (
            <option key={option} value={option} selected={option === value}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
