import type { RouteRecordRaw } from 'vue-router'

/** The pages of the programme desk. */
export const DESK_ROUTES: RouteRecordRaw[] = []
