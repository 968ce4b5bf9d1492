const CHINA_AHEAD_MS = 8 * 3600 * 1000

/**
 * Returns the current year in China, in whatever time zone the service runs. Reports of a year are accepted from its
 * first day; a report for a year that has not begun is a mistake.
 */
export const currentYearInChina = () => new Date(Date.now() + CHINA_AHEAD_MS).getUTCFullYear()
