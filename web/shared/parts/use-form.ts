// A form that is sent once at a time and shows why each of its fields was refused.
import { useState, type FormEvent } from 'react'
import { fieldErrors, type Answer } from '../api/answer.ts'

export interface Form<Name extends string> {
  values: Readonly<Record<Name, string>>
  errors: Readonly<Record<string, string>>
  /** About the form as a whole. */
  problem: { code: string; message: string } | undefined
  /** Nobody answered. */
  isUnknown: boolean
  isBusy: boolean
  /** The props of the input of this name. */
  input(name: Name): {
    name: Name
    value: string
    error: string | undefined
    onChange(event: { target: { value: string } }): void
  }
  set(values: Partial<Record<Name, string>>): void
  onSubmit(event: FormEvent): void
}

export function useForm<Name extends string, Data>(options: {
  initial: Record<Name, string>
  send(values: Record<Name, string>): Promise<Answer<Data>>
  onDone(data: Data, values: Record<Name, string>): void | Promise<void>
}): Form<Name> {
  const [values, setValues] = useState(options.initial)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [problem, setProblem] = useState<{ code: string; message: string }>()
  const [isUnknown, setUnknown] = useState(false)
  const [isBusy, setBusy] = useState(false)

  const submit = async (): Promise<void> => {
    setBusy(true)
    setUnknown(false)
    const answer = await options.send(values)
    setBusy(false)
    setErrors(answer.kind === 'refused' ? fieldErrors(answer.problem) : {})
    setProblem(answer.kind === 'refused' && answer.problem.errors.length === 0 ? answer.problem : undefined)
    if (answer.kind === 'unknown') setUnknown(true)
    if (answer.kind === 'done') await options.onDone(answer.data, values)
  }
  return {
    values,
    errors,
    problem,
    isUnknown,
    isBusy,
    input: (name) => ({
      name,
      value: values[name],
      error: errors[name],
      onChange: (event) => setValues((before) => ({ ...before, [name]: event.target.value })),
    }),
    set: (more) => setValues((before) => ({ ...before, ...more })),
    onSubmit(event) {
      event.preventDefault()
      if (!isBusy) void submit()
    },
  }
}
