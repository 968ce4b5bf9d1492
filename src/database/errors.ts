// The errors of PostgreSQL and its driver that the service distinguishes, by SQLSTATE.

interface DatabaseError {
  code?: string | undefined
  message?: string
}

/** A sum exceeds bigint. */
export const NUMBER_OUT_OF_RANGE = '22003'
export const LOCK_NOT_AVAILABLE = '55P03'
/** A statement that writes met a server or a session that only reads: a standby, or a primary after a failover. */
export const READ_ONLY = '25006'

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'

/** A conflict with another transaction that this service detects itself, as PostgreSQL detects others. */
export class Conflict extends Error {
  readonly code = SERIALIZATION_FAILURE
}

/** Connection exceptions, shutdown, and a login that is refused (SQLSTATE), and errors of sockets. */
const UNAVAILABLE = /^(08|57P0|28|3D000)|^(ECONN|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/
/** Messages of the driver, without a code, about a connection that was lost while in use. */
const LOST = /^Connection terminated|^Client (has encountered a connection error|was closed) and is not queryable$/
/** The disk of the database, or that of temporary files, is full. */
const FULL = /^(53100|ENOSPC|EDQUOT)$/
/** Serialization, deadlock, lock not available, insufficient resources, statement cancelled, idle in transaction. */
const BUSY = /^(40001|40P01|55P03|53|57014|25P03)/
/** Message of pg-pool when no connection became free in time. */
const POOL_TIMEOUT = 'timeout exceeded when trying to connect'

export const isUnavailable = ({ code = '', message = '' }: DatabaseError): boolean =>
  UNAVAILABLE.test(code) || LOST.test(message)

export const isDiskFull = ({ code = '' }: DatabaseError): boolean => FULL.test(code)

export const isBusy = ({ code = '', message }: DatabaseError): boolean => BUSY.test(code) || message === POOL_TIMEOUT

/** Returns whether the error is a conflict with another transaction, which a second attempt does not meet again. */
export const isRetryable = (error: unknown): boolean =>
  [SERIALIZATION_FAILURE, DEADLOCK].includes((error as DatabaseError).code ?? '')
