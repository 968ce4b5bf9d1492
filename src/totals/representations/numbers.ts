// Numbers as they are printed, the same on every machine.

/** Groups the digits by thousands: 1,234.5. */
export function formatNumber (value: number): string {
  const [whole, part] = String(Math.abs(value)).split('.')
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${value < 0 ? '−' : ''}${grouped}${part === undefined ? '' : `.${part}`}`
}

/** Writes a share in per cent, with one decimal at most. */
export const formatShare = (value: number): string => `${formatNumber(Math.round(value * 1000) / 10)}%`
