// The settings of a session that the code relies on. A database or a role may have others as its default.
const SETTINGS: Record<string, string> = {
  // Timestamps are parsed from ISO text, and the limits of dates are those of UTC.
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // Publications of one year take turns at the same rows, which repeatable read would refuse.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off'
}

/**
 * Returns the statement that makes them, with more of them. A pooler would not take them with the start of a session.
 * It also selects LZ4 if the server was built with it: it compresses the long texts of a
 * report in a fraction of the time of pglz.
 */
export const sessionSettings = (more: Record<string, number>) =>
  `select ${
    Object.entries({ ...SETTINGS, ...more }).map(([name, value]) => `set_config('${name}', '${value}', false)`).join(
      ', '
    )
  }, (
  select set_config('default_toast_compression', 'lz4', false) from pg_settings
  where name = 'default_toast_compression' and 'lz4' = any (enumvals))`
