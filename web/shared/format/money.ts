const WON = new Intl.NumberFormat('en-US')

/** `₩12,000`, in both languages. */
export const won = (amount: number): string => `₩${WON.format(amount)}`

export const count = (amount: number): string => WON.format(amount)
