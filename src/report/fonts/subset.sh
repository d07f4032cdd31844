#!/bin/sh
# Makes the subsets beside it from Inter 4.0 as Debian ships it. Needs: apt-get install fonts-inter; pip install fonttools brotli.
set -e
cd "$(dirname "$0")"
signs="U+0020-007E,U+00A0-00FF,U+0131,U+0141,U+0142,U+0152,U+0153,U+0160,U+0161,U+0178,U+017D,U+017E,U+0104-0107,U+0118,U+0119,U+0143,U+0144,U+015A,U+015B,U+0179-017C,U+010C-010F,U+011A,U+011B,U+0147,U+0148,U+0150,U+0151,U+0158,U+0159,U+0164,U+0165,U+016E-0171,U+2010-2015,U+2018-201A,U+201C-201E,U+2022,U+2026,U+202F,U+2009,U+2032,U+20AC,U+2122,U+2190-2193,U+2212,U+2248,U+2260,U+2264,U+2265,U+25B3,U+25CB,U+25CF,U+00B1,U+00D7,U+03C3,U+0394"
for weight in Regular SemiBold Bold; do
    name=inter-$(echo "$weight" | tr A-Z a-z)
    from=/usr/share/fonts/opentype/inter/Inter-$weight.otf
    features=kern,mark,mkmk,ccmp,tnum,locl,calt
    pyftsubset "$from" --unicodes="$signs" --layout-features=$features --no-hinting --desubroutinize --flavor=woff2 --output-file="$name.woff2"
    pyftsubset "$from" --unicodes="$signs" --layout-features=$features --no-hinting --desubroutinize --output-file="$name.otf"
done
