/**
 * Labels of counties that hold their enterprises. What would cover another label is folded: the county's name with a
 * number, which opens to the list by mouse, finger or keyboard.
 */
export interface CountyLabel {
  element: HTMLElement
  /** The list of enterprises, and what opens it where it is folded; none where a county has none. */
  list?: HTMLElement
  opener?: HTMLButtonElement
}

/** Pixels: how wide an opened list is, and how far it stays from the map's edge. */
const LIST = 190
const GAP = 6

/** A county's name and the links to its enterprises; `count` says how many where they are folded. */
export function countyLabel(name: string, pins: readonly HTMLElement[], count: string): CountyLabel {
  const element = document.createElement('div')
  element.className = 'map-county'
  const title = document.createElement('span')
  title.textContent = name
  element.append(title)
  if (!pins.length) return { element }
  const opener = document.createElement('button')
  opener.type = 'button'
  opener.className = 'map-count'
  const [short, whole] = [document.createElement('b'), document.createElement('span')]
  short.textContent = String(pins.length)
  whole.textContent = count
  opener.append(short, whole)
  opener.setAttribute('aria-label', `${name} · ${count}`)
  opener.setAttribute('aria-expanded', 'false')
  const list = document.createElement('div')
  list.className = 'map-pins'
  list.append(...pins)
  element.append(opener, list)
  const label = { element, list, opener }
  let byMouse = false
  opener.addEventListener('pointerdown', ({ pointerType }) => {
    byMouse = pointerType === 'mouse'
  })
  opener.addEventListener('click', (event) => {
    event.stopPropagation()
    // By mouse it is open already; pressing it must not take it away.
    show(label, byMouse || !element.classList.contains('open'))
    byMouse = false
  })
  // A finger only presses: its press is the click above.
  element.addEventListener('pointerenter', ({ pointerType }) => {
    if (pointerType === 'mouse') show(label, true)
  })
  element.addEventListener('pointerleave', ({ pointerType }) => {
    if (pointerType === 'mouse') show(label, false)
  })
  element.addEventListener('focusout', (event) => {
    if (!(event.relatedTarget instanceof Node && element.contains(event.relatedTarget))) show(label, false)
  })
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') show(label, false)
  })
  // Turning the wheel over a long list scrolls it, not the map.
  list.addEventListener('wheel', (event) => {
    event.stopPropagation()
  })
  return label
}

/** Shows as many lists as fit beside each other, the shortest first, and folds the rest. */
export function arrange(labels: readonly CountyLabel[], within: DOMRect): void {
  const withPins = labels.filter((one) => one.list !== undefined)
  for (const one of withPins) {
    show(one, false)
    one.element.classList.add('folded')
    one.element.classList.remove('short')
  }
  // Where even the numbers' words would meet, the numbers alone must do.
  const folded = labels.map(({ element }) => element.getBoundingClientRect())
  const isTight = folded.some((one, at) => folded.slice(at + 1).some((other) => meet(one, other)))
  for (const one of withPins) one.element.classList.toggle('short', isTight)
  const shortestFirst = [...withPins].sort(
    (a, b) => (a.list?.childElementCount ?? 0) - (b.list?.childElementCount ?? 0),
  )
  for (const one of shortestFirst) {
    one.element.classList.remove('folded')
    const here = one.element.getBoundingClientRect()
    const others = labels.filter((other) => other !== one).map(({ element }) => element.getBoundingClientRect())
    if (!contains(within, here) || others.some((other) => meet(here, other))) one.element.classList.add('folded')
    makeRoom(one.element, within)
  }
}

/** An opened list goes where there is more room, and no further than the map. */
function makeRoom(element: HTMLElement, within: DOMRect): void {
  const here = element.getBoundingClientRect()
  const [above, below] = [here.top - within.top, within.bottom - here.bottom]
  element.classList.toggle('upwards', above > below)
  element.style.setProperty('--room', `${Math.max(above, below) - GAP}px`)
  const middle = here.left + here.width / 2
  const shift = Math.max(0, within.left + LIST / 2 + GAP - middle) - Math.max(0, middle + LIST / 2 + GAP - within.right)
  element.style.setProperty('--shift', `${shift}px`)
}

function show(label: CountyLabel, open: boolean): void {
  const folded = label.element.classList.contains('folded')
  label.element.classList.toggle('open', open && folded)
  label.opener?.setAttribute('aria-expanded', String(open && folded))
}

function meet(a: DOMRect, b: DOMRect): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

function contains(outer: DOMRect, inner: DOMRect): boolean {
  return (
    inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom
  )
}
