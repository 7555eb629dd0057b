// Figures change at a readable pace; each one shown is true when it appears.
const figurePaceUs = 125_000; // eight times a second: fast enough to follow, slow enough to read

export class Paced {
  private readonly figures = new Map<string, { takenUs: number; value: number | null }>();

  paced(name: string, value: number | null, nowUs: number): number | null {
    const known = this.figures.get(name);
    const fresh =
      known &&
      (known.value === null) === (value === null) &&
      nowUs >= known.takenUs &&
      nowUs - known.takenUs < figurePaceUs;
    if (fresh) return known.value;
    this.figures.set(name, { takenUs: nowUs, value });
    return value;
  }
}
