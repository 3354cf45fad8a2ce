// Mobility as a runner sees it.
import type { ProtocolDefinition } from '../definition.ts';
import type { Directory, Host, Meter, Protocol } from '../port.ts';
import { AttachmentPoint, type DeliveryObserver } from './attachment.ts';
import { mobilityCodec } from './codec.ts';
import { Correspondent } from './correspondent.ts';
import type { MobilityMessage } from './messages.ts';
import { type MobilityOptions, mobilityOptions } from './options.ts';
import { Rendezvous } from './rendezvous.ts';

function create(
  host: Host<MobilityMessage>,
  options: MobilityOptions,
  directory: Directory,
  meter: Meter,
  onDelivery?: DeliveryObserver,
): Protocol<MobilityMessage> {
  switch (options.role) {
    case 'rendezvous':
      return new Rendezvous(host, meter);
    case 'correspondent':
      return new Correspondent(host, options, directory, meter);
    default:
      return new AttachmentPoint(host, options, directory, meter, onDelivery);
  }
}

/** @param onDelivery told of every packet that an identity receives at one of the instances */
export const observedMobility = (
  onDelivery?: DeliveryObserver,
): ProtocolDefinition<MobilityMessage, MobilityOptions> => ({
  name: 'mobility',
  about: 'identities that move between hosts, and those who send to them',
  options: mobilityOptions,
  codec: mobilityCodec,
  create: (host, options, directory, meter) => create(host, options, directory, meter, onDelivery),
});

export const mobility = observedMobility();
