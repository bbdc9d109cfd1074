export const short = (name: string): string => (name.length > 8 ? `${name.slice(0, 7)}…` : name);
export function latest(names: string[], { most = 4 }: { most?: number } = {}): string[] { return names.slice(-most); }
