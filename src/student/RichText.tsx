/** A person's text as written: lines kept, web addresses made into links, nothing else read into it. */
const ADDRESS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}»])/g;

export function RichText({ text }: { text: string }) {
  // Split by a captured group: every second piece is an address.
  const pieces = text.split(ADDRESS);
  return (
    <p className="rich">
      {pieces.map((piece, index) =>
        index % 2 === 1 ? (
          <a key={index} href={piece} target="_blank" rel="noopener noreferrer">
            {piece}
          </a>
        ) : (
          piece
        ),
      )}
    </p>
  );
}
