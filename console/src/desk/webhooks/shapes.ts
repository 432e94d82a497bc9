/** Short names for the shapes of webhooks that the platform's API description declares. */
import type { components } from '@/api/schema'

type Shapes = components['schemas']

export type Subscription = Shapes['SubscriptionView']
export type Secret = Shapes['SecretView']
export type Delivery = Shapes['DeliveryView']
