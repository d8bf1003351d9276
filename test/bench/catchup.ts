import type { Line } from './report.ts';
export const catchup = async (_runs: number, _wanted: readonly string[]): Promise<Line[]> => [];
