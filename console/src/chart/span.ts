/** What part of time a chart shows, and how it moves. All times in UTC microseconds. */
export interface Span {
  startUs: number
  endUs: number
}

export const SECOND_US = 1_000_000
export const LEAST_SPAN_US = SECOND_US
/** A chart may look a little past the newest point, so that the end of the line is seen to be its end. */
const PAST_END_SHARE = 0.02

export const PRESETS = [
  { name: '1 min', us: 60 * SECOND_US },
  { name: '15 min', us: 900 * SECOND_US },
  { name: '1 h', us: 3_600 * SECOND_US },
  { name: '8 h', us: 28_800 * SECOND_US },
  { name: '1 d', us: 86_400 * SECOND_US },
  { name: '7 d', us: 604_800 * SECOND_US },
  { name: '30 d', us: 2_592_000 * SECOND_US },
] as const

export function width(span: Span): number {
  return span.endUs - span.startUs
}

/** The span kept within bounds and not shorter than a second; a span longer than the bounds becomes the bounds. */
export function clampSpan(span: Span, bounds: Span): Span {
  const room = Math.max(LEAST_SPAN_US, width(bounds))
  const length = Math.round(Math.min(room, Math.max(LEAST_SPAN_US, width(span))))
  const start = Math.round(Math.min(Math.max(span.startUs, bounds.startUs), bounds.startUs + room - length))
  return { startUs: start, endUs: start + length }
}

/** Bounds of a series' history with a little room after its newest point. */
export function boundsOf(firstUs: number, lastUs: number): Span {
  const room = Math.max(LEAST_SPAN_US, (lastUs - firstUs) * PAST_END_SHARE)
  return { startUs: firstUs, endUs: Math.round(lastUs + Math.min(room, 60 * SECOND_US)) }
}

/** The span made longer (factor > 1) or shorter around a moment that stays where it is on the screen. */
export function zoomSpan(span: Span, factor: number, anchorUs: number, bounds: Span): Span {
  const wanted = Math.min(Math.max(width(span) * factor, LEAST_SPAN_US), width(bounds))
  const share = width(span) ? (anchorUs - span.startUs) / width(span) : 0.5
  const startUs = anchorUs - wanted * share
  return clampSpan({ startUs, endUs: startUs + wanted }, bounds)
}

/** The span moved by a share of its width; negative is earlier. */
export function moveSpan(span: Span, share: number, bounds: Span): Span {
  const by = width(span) * share
  return clampSpan({ startUs: span.startUs + by, endUs: span.endUs + by }, bounds)
}

/** A span of this width that ends where the history ends. */
export function newest(widthUs: number, bounds: Span): Span {
  return clampSpan({ startUs: bounds.endUs - widthUs, endUs: bounds.endUs }, bounds)
}
