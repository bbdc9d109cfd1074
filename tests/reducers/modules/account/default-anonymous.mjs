export default function (state = { seen: [] }, event) { return { seen: [...state.seen, event.version].slice(-3) }; }
