/**
 * Puts a text where it can be pasted from; false where the browser does not let pages. Browsers keep `clipboard` from
 * pages that came over plain http, as in an office's own network: there the older way is taken.
 */
export async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      return false
    }
  }
  const box = document.createElement('textarea')
  box.value = text
  box.style.position = 'fixed'
  box.style.opacity = '0'
  document.body.append(box)
  box.select()
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else copies from a page without https
  const done = document.execCommand('copy')
  box.remove()
  return done
}
