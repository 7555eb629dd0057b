// Big-endian bytes, read with the end always in sight (transport/bytes.hpp).

/** Reading past the end yields zeros and `failed`. */
export class ByteReader {
  failed = false;
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }
  fail(): void {
    this.failed = true;
    this.at = this.bytes.length;
  }
  private take(size: number): number | null {
    if (this.at + size > this.bytes.length) {
      this.fail();
      return null;
    }
    const from = this.at;
    this.at += size;
    return from;
  }
  private number(size: number, get: (from: number) => number): number {
    const from = this.take(size);
    return from === null ? 0 : get(from);
  }
  u8 = (): number => this.number(1, (from) => this.view.getUint8(from));
  u16 = (): number => this.number(2, (from) => this.view.getUint16(from));
  u32 = (): number => this.number(4, (from) => this.view.getUint32(from));
  i32 = (): number => this.number(4, (from) => this.view.getInt32(from));
  /** Exact up to 2^53; who reads it checks its limit. */
  i64 = (): number => this.number(8, (from) => this.view.getInt32(from) * 2 ** 32 + this.view.getUint32(from + 4));
  f64(): number {
    const value = this.number(8, (from) => this.view.getFloat64(from));
    if (!Number.isFinite(value)) this.fail();
    return value;
  }
  /** 64 bits that are compared and never computed with. */
  hex64(): string {
    const from = this.take(8);
    if (from === null) return '';
    return [...this.bytes.subarray(from, from + 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  /** One length byte, then that many bytes. */
  text(): { text: string; size: number } {
    const size = this.u8();
    const from = this.take(size);
    if (from === null) return { text: '', size: 0 };
    return { text: String.fromCharCode(...this.bytes.subarray(from, from + size)), size };
  }
}

const crcTable = Uint32Array.from({ length: 256 }, (_, i) => {
  let value = i;
  for (let bit = 0; bit < 8; ++bit) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
