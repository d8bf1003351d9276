export const openClassStore = (_: unknown): never => { throw new Error(String(_)); };
