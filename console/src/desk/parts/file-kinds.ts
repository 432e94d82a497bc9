/** How people call the kinds of file that the platform keeps, by media type. */
const NAMES: Record<string, string> = {
  'application/pdf': 'PDF',
  'image/jpeg': 'JPEG',
  'image/png': 'PNG',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Excel (.xlsx)',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word (.docx)',
  'application/ofd': 'OFD',
}

/** The media types of an `accept` attribute. */
export function typesOf(accept: string | undefined): string[] {
  return accept ? accept.split(',').map((one) => one.trim()) : []
}

export function kindNames(types: readonly string[]): string[] {
  return types.map((type) => NAMES[type] ?? type)
}

/** Whether a file may be taken where only `types` are wanted; a browser that knows no type lets the platform decide. */
export function isWanted(mediaType: string, types: readonly string[]): boolean {
  return !types.length || !mediaType || types.includes(mediaType)
}
