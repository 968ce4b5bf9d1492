const CHINA_AHEAD_MS = 8 * 3600 * 1000

/**
 * The year in China, wherever the service runs. Reporting starts with the year itself: a report for a year that has not
 * begun is a slip.
 */
export const currentYearInChina = () => new Date(Date.now() + CHINA_AHEAD_MS).getUTCFullYear()
