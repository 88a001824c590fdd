import { writeAudit } from '../../platform/audit.ts'
import type { Caller } from '../../platform/auth.ts'
import { AppError } from '../../platform/errors.ts'
import { saleStatusOf, type Sale } from './contract.ts'
import { lockSale, requireOwnSale } from './lock-sale.ts'
import type { StockDeps } from './restock.ts'
import { updateRules } from './sql.ts'
import { SALE_MOVES, type SaleMove } from './state.ts'

export type SaleTerms = Partial<Pick<Sale, 'openTime' | 'closeTime' | 'limitPerBuyer' | 'holdSeconds'>>

export interface SaleCommand {
  itemId: number
  move: SaleMove
  /** What SCHEDULE sets; the other moves set nothing but the state. */
  terms: SaleTerms
  reason: string | undefined
}

export type WindowFault = 'close_before_open' | 'close_in_past'
export type ControlOutcome = { outcome: 'changed'; sale: Sale } | { outcome: WindowFault }

/** One move of a limited sale by its seller or an administrator, with its entry in the audit trail. */
export async function controlSale(
  { database, announce }: StockDeps,
  caller: Caller,
  command: SaleCommand,
): Promise<ControlOutcome> {
  const { itemId, move, terms } = command
  const { isLimited } = await requireOwnSale(database.db, caller, itemId, 'NOT_FOUND_ITEM')
  if (!isLimited) throw new AppError('NOT_LIMITED_ITEM')
  const result = await database.transaction(async (tx): Promise<ControlOutcome> => {
    const sale = await lockSale(tx, itemId)
    if (sale === undefined) throw new AppError('NOT_FOUND_ITEM')
    const { from, to = sale.saleState } = SALE_MOVES[move]
    if (!from.includes(saleStatusOf(sale))) throw new AppError('SALE_CONFLICT')
    const changed: Sale = { ...sale, ...terms, saleState: to }
    const fault = windowFault(changed, terms)
    if (fault !== undefined) return { outcome: fault }
    const { version, available } = await updateRules(tx, itemId, { ...terms, saleState: to })
    const entry = { before: auditedTerms(sale), after: auditedTerms(changed), reason: command.reason }
    await writeAudit(tx, [
      { actorId: caller.userId, subject: 'sale', subjectId: itemId, action: move, ...entry },
    ])
    return { outcome: 'changed', sale: { ...changed, version, available } }
  })
  if (result.outcome === 'changed') {
    const { version, available } = result.sale
    announce([{ itemId, version, available }])
  }
  return result
}

/** An end in the past would close the sale for good, which is what CLOSE is for: it is taken for a slip. */
export function windowFault(
  { openTime, closeTime, serverTime }: Sale,
  terms: SaleTerms,
): WindowFault | undefined {
  if (closeTime === null) return undefined
  if (openTime !== null && closeTime <= openTime) return 'close_before_open'
  return terms.closeTime !== undefined && closeTime <= serverTime ? 'close_in_past' : undefined
}

function auditedTerms({ saleState, openTime, closeTime, limitPerBuyer, holdSeconds }: Sale): object {
  return { saleState, openTime, closeTime, limitPerBuyer, holdSeconds }
}
