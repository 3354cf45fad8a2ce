// Why a service cannot be bundled, in words for whoever wrote the scenario or the service.

export class ServiceError extends Error {
  override name = 'ServiceError';
}
