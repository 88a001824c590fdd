// What is known about a person, in plain text: for themselves, and for administrators, whose looks are audited.
import { listAudit, writeAudit, type AuditEntry } from '../../platform/audit.ts'
import { toSeoulIso } from '../../platform/clock.ts'
import type { PersonalData } from '../../platform/crypto.ts'
import type { Database } from '../../platform/db.ts'
import type { OtherModules } from './contract.ts'
import { indexEmail, openPersonal } from './personal.ts'
import type { ExportAnswer, LookUpAnswer, ProfileAnswer } from './profile-bodies.ts'
import { findProfile, findProfileByEmail, listSignIns, type ProfileRow } from './sql-profile.ts'

export interface ReadProfileDeps {
  database: Database
  pii: PersonalData
  others: Pick<OtherModules, 'exportOf'>
}

const SIGN_INS_MAX = 1_000
const AUDIT_ENTRIES_MAX = 1_000

export async function readProfile(deps: ReadProfileDeps, userId: number): Promise<ProfileAnswer | undefined> {
  const row = await findProfile(deps.database.db, userId)
  if (row === undefined) return undefined
  return { ...plain(deps.pii, row), emailVerified: row.emailVerifiedAt !== null }
}

/** For an administrator, by e-mail. The entry of the audit trail says whom they looked up, not by what. */
export async function lookUp(
  deps: ReadProfileDeps,
  actorId: number,
  email: string,
): Promise<LookUpAnswer | undefined> {
  const { database, pii } = deps
  const row = await findProfileByEmail(database.db, indexEmail(pii, email))
  if (row === undefined) return undefined
  await noteLook(database, actorId, row.id, 'LOOK_UP')
  return { ...plain(pii, row), ...times(row) }
}

/** Everything that is kept about a person. */
export async function exportPerson(
  { database, pii, others }: ReadProfileDeps,
  actorId: number,
  userId: number,
): Promise<ExportAnswer | undefined> {
  const { db } = database
  const row = await findProfile(db, userId)
  if (row === undefined) return undefined
  if (actorId !== userId) await noteLook(database, actorId, userId, 'EXPORT')
  const [signIns, about, by, rest] = await Promise.all([
    listSignIns(db, userId, SIGN_INS_MAX),
    listAudit(db, { subject: 'account', subjectId: userId, limit: AUDIT_ENTRIES_MAX }),
    listAudit(db, { actorId: userId, limit: AUDIT_ENTRIES_MAX }),
    others.exportOf(userId),
  ])
  const entries = new Map([...about, ...by].map((entry) => [entry.id, entry]))
  return {
    ...rest,
    profile: { ...plain(pii, row), ...times(row) },
    signIns: signIns.map(({ startedAt, expiresAt, endedAt }) => ({
      startedAt: toSeoulIso(startedAt),
      expiresAt: toSeoulIso(expiresAt),
      endedAt: endedAt === null ? null : toSeoulIso(endedAt),
    })),
    audit: [...entries.values()].sort((one, other) => other.id - one.id).map(auditBody),
  }
}

type AuditRow = Awaited<ReturnType<typeof listAudit>>[number]

export const auditBody = ({
  id,
  at,
  actorId,
  subject,
  subjectId,
  action,
  before,
  after,
  reason,
}: AuditRow) => ({
  id,
  at: toSeoulIso(at),
  actorId,
  subject,
  subjectId,
  action,
  before,
  after,
  reason: reason ?? null,
})

function plain(pii: PersonalData, row: ProfileRow): Omit<ProfileAnswer, 'emailVerified'> {
  return {
    id: row.id,
    name: openPersonal(pii, 'name', row),
    email: openPersonal(pii, 'email', row),
    address: openPersonal(pii, 'address', row),
    phoneNumber: openPersonal(pii, 'phone', row),
    role: row.role,
  }
}

function times({ emailVerifiedAt, createdAt, updatedAt }: ProfileRow): {
  emailVerifiedAt: string | null
  createdAt: string
  updatedAt: string
} {
  return {
    emailVerifiedAt: emailVerifiedAt === null ? null : toSeoulIso(emailVerifiedAt),
    createdAt: toSeoulIso(createdAt),
    updatedAt: toSeoulIso(updatedAt),
  }
}

/** Before anything is shown. */
function noteLook(database: Database, actorId: number, subjectId: number, action: string): Promise<void> {
  const entry: AuditEntry = { actorId, subject: 'account', subjectId, action, before: null, after: null }
  return database.transaction((tx) => writeAudit(tx, [entry]))
}
