// Who signed up in this browser and has yet to enter the code: the address of that needs the number of the account.
const KEY = 'account.pending'

export interface Pending {
  userId: number
  email: string
}

export function rememberPending(pending: Pending): void {
  localStorage.setItem(KEY, JSON.stringify(pending))
}

export function readPending(): Pending | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Pending | null
    return kept !== null && Number.isSafeInteger(kept.userId) ? kept : undefined
  } catch {
    return undefined
  }
}

export const forgetPending = (): void => localStorage.removeItem(KEY)
