/** Two libraries that come without types, as far as they are used here. */
declare module 'libheif-js/wasm-bundle' {
  interface HeifImage {
    get_width(): number;
    get_height(): number;
    /** Fills `data` with RGBA; calls back with null where it could not. */
    display(pixels: ImageData, done: (pixels: ImageData | null) => void): void;
  }
  const libheif: { HeifDecoder: new () => { decode(file: Uint8Array): HeifImage[] } };
  export default libheif;
}

declare module 'saxen' {
  type Attributes = Record<string, string | undefined>;
  type Decode = (text: string) => string;
  export class Parser {
    ns(namespaces: Record<string, string>): this;
    on(event: 'openTag', heard: (element: string, attributes: () => Attributes, decode: Decode) => void): this;
    on(event: 'closeTag', heard: (element: string) => void): this;
    on(event: 'text', heard: (text: string, decode: Decode) => void): this;
    on(event: 'error', heard: (error: Error) => void): this;
    parse(xml: string): void;
  }
}
