import { onBeforeUnmount, onMounted, type ShallowRef } from 'vue'

/** What a hand on a chart means: `at` and `share` are shares of the plot's width. */
export interface Hand {
  zoom: (factor: number, at: number) => boolean
  move: (share: number) => void
}

const WHEEL_STEP = 1.0015

/**
 * Wheel zooms, dragging moves, two fingers do both. A wheel turn that could change nothing is left to the page, so a
 * chart never holds a reader who only scrolls by.
 */
export function useGestures(plot: Readonly<ShallowRef<HTMLElement | null>>, hand: Hand): void {
  const fingers = new Map<number, number>()
  const place = (clientX: number): number => {
    const box = plot.value?.getBoundingClientRect()
    return box?.width ? (clientX - box.left) / box.width : 0.5
  }

  function wheel(event: WheelEvent): void {
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault()
      hand.move(event.deltaX / Math.max(1, plot.value?.clientWidth ?? 1))
    } else if (hand.zoom(WHEEL_STEP ** event.deltaY, place(event.clientX))) event.preventDefault()
  }

  function down(event: PointerEvent): void {
    if (event.button === 0) fingers.set(event.pointerId, event.clientX)
  }

  function drag(event: PointerEvent): void {
    const before = fingers.get(event.pointerId)
    if (before === undefined) return
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1]
    fingers.set(event.pointerId, event.clientX)
    if (other === undefined) hand.move(place(before) - place(event.clientX))
    else if (Math.abs(event.clientX - other) > 4) {
      hand.zoom(Math.abs(before - other) / Math.abs(event.clientX - other), place((event.clientX + other) / 2))
    }
  }

  function up(event: PointerEvent): void {
    fingers.delete(event.pointerId)
  }

  onMounted(() => {
    plot.value?.addEventListener('wheel', wheel, { passive: false })
    plot.value?.addEventListener('pointerdown', down)
    window.addEventListener('pointermove', drag)
    window.addEventListener('pointerup', up)
    window.addEventListener('pointercancel', up)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('pointermove', drag)
    window.removeEventListener('pointerup', up)
    window.removeEventListener('pointercancel', up)
  })
}
