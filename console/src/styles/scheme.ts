/** Element Plus and the tokens know the dark scheme by a class on the root element. */
export function followSystemScheme(query: MediaQueryList): void {
  const apply = (): void => {
    document.documentElement.classList.toggle('dark', query.matches)
  }
  query.addEventListener('change', apply)
  apply()
}
