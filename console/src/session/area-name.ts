import { useCity } from '@/session/city-context'
import { useLocale } from '@/texts/locale'

/** The name of an area of the city by its code or its Chinese name; whatever is neither stays as it is. */
export function useAreaName(): (area: string) => string {
  const { city } = useCity()
  const { pick } = useLocale()
  return (area) => {
    const areas = city.value ? [city.value, ...city.value.counties] : []
    const found = areas.find(({ area_code, name_zh }) => area_code === area || name_zh === area)
    return found ? pick(found.name_zh, found.name_en) : area
  }
}
