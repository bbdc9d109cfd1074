// How the parcel service folds its events, one export per event store, as Castore takes them:
// (aggregate or undefined, event) => aggregate.

export const parcelsReducer = (parcel, { aggregateId, version, type, timestamp, payload }) => {
  switch (type) {
    case 'PARCEL_SENT':
      return {
        aggregateId,
        version,
        status: 'sent',
        to: payload.to,
        grams: payload.grams,
        code: payload.code,
        care: payload.care ?? new Set(),
        label: payload.label ?? null,
        place: payload.from,
        scans: 0,
        sentAt: timestamp,
      };
    case 'PARCEL_SCANNED':
      return { ...parcel, version, status: 'on its way', place: payload.place, scans: parcel.scans + 1 };
    case 'PARCEL_LOADED':
      return { ...parcel, version, status: 'out for delivery', courier: payload.courierId };
    case 'PARCEL_DELIVERED':
      return { ...parcel, version, status: 'delivered', signedBy: payload.signedBy, deliveredAt: timestamp };
    case 'PARCEL_RETURNED':
      return { ...parcel, version, status: 'returned', place: payload.place, reason: payload.reason };
    case 'ADDRESS_CORRECTED':
      return { ...parcel, version, to: { ...parcel.to, ...payload } };
    default:
      return { ...parcel, version };
  }
};

export const couriersReducer = (courier, { aggregateId, version, type, payload }) => {
  switch (type) {
    case 'COURIER_HIRED':
      return { aggregateId, version, name: payload.name, load: [], delivered: 0, grams: 0 };
    case 'COURIER_LOADED':
      return {
        ...courier,
        version,
        load: [...courier.load, payload.parcelId],
        grams: courier.grams + payload.grams,
      };
    case 'COURIER_UNLOADED':
      return {
        ...courier,
        version,
        load: courier.load.filter((id) => id !== payload.parcelId),
        grams: courier.grams - payload.grams,
        delivered: courier.delivered + (payload.delivered ? 1 : 0),
      };
    default:
      return { ...courier, version };
  }
};
