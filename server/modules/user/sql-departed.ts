// Statements about accounts that go, and what is kept of them so that signing up again frees no limit.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import type { LimitedUnits } from '../order/contract.ts'

/** Its codes, links and logins go with it. */
export const deleteAccount = (tx: Tx, id: number): Promise<unknown> =>
  sql`DELETE FROM users.account WHERE id = ${id}`.execute(tx)

/** Keyed hashes of who it was. */
export interface Departed {
  emailHash: Buffer
  phoneHash: Buffer
}

export async function insertDeparted(
  tx: Tx,
  { emailHash, phoneHash }: Departed,
  units: readonly LimitedUnits[],
  at: Date,
): Promise<void> {
  if (units.length === 0) return
  await sql`
    INSERT INTO users.departed (email_hash, phone_hash, item_id, units, departed_at)
    SELECT ${emailHash}, ${phoneHash}, item_id, units, ${at}
      FROM unnest(${units.map(({ itemId }) => itemId)}::bigint[], ${units.map(({ units: count }) => count)}::integer[])
           AS bought(item_id, units)`.execute(tx)
}

/** Takes what was kept under either hash, summed up for each item. Of two who come at once one gets it. */
export async function takeDeparted(tx: Tx, { emailHash, phoneHash }: Departed): Promise<LimitedUnits[]> {
  const { rows } = await sql<LimitedUnits>`
    WITH taken AS (
      DELETE FROM users.departed WHERE email_hash = ${emailHash} OR phone_hash = ${phoneHash}
      RETURNING item_id, units)
    SELECT item_id, sum(units)::integer AS units FROM taken GROUP BY item_id ORDER BY item_id`.execute(tx)
  return rows
}

/** At most `rowsMax` from before `before`; how many. */
export async function forgetDeparted(db: Db, before: Date, rowsMax: number): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM users.departed WHERE id IN (
      SELECT id FROM users.departed WHERE departed_at < ${before}
       ORDER BY departed_at LIMIT ${rowsMax} FOR UPDATE SKIP LOCKED)`.execute(db)
  return Number(numAffectedRows ?? 0)
}
