/** What a person types one a line, or with commas between. */
export function listed(text: string): string[] {
  return text
    .split(/[\n,，;；、]+/)
    .map((one) => one.trim())
    .filter(Boolean)
}
