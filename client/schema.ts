// Made by `npm run client` from the service's OpenAPI document. Do not edit.
export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  /** Stable name of the error */
  code: string
  /** In the language of Accept-Language: ko (default) or en */
  message: string
  errors: { field: string; value: string; reason: string }[]
  requestId: string
}
/** All errors of a route have one shape. */
type Problems<Status extends number> = Record<Status, { content: { 'application/problem+json': Problem } }>
export interface paths {
  '/user-service/api/v1/users': {
    /** 회원 가입 / Sign up – The code to verify the e-mail is mailed. */
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            email: string
            /** 8 to 64 characters of any kind; common passwords are refused */
            password: string
            name: string
            address: string
            /** With or without separators */
            phoneNumber: string
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              /** Id of the member */
              id: number
              name: string
              email: string
            }
          }
        }
      } & Problems<400 | 403 | 409 | 413 | 415 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/{userId}/email-verification': {
    /** 이메일 인증 / Verify the e-mail – The code lives 5 minutes, for one use and 5 tries. It comes in the query or in the body. */
    put: {
      parameters: {
        query?: {
          /** The code from the mail */
          userStr?: string
        }
        path: {
          /** Id of the member */
          userId: number
        }
      }
      requestBody?: {
        content: {
          'application/json': {
            /** The code from the mail */
            verificationCode?: string
          } | null
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              status: true
              email: string
              /** In the language of Accept-Language: ko (default) or en */
              message: string
            }
          }
        }
      } & Problems<400 | 403 | 404 | 413 | 415 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/email-verification/resend': {
    /** 인증 번호 재전송 / Send the code again – The same answer for every address. The new code replaces the old one. */
    post: {
      parameters: {}
      requestBody: { content: { 'application/json': { email: string } } }
      responses: {
        202: {
          content: {
            'application/json': {
              /** In the language of Accept-Language: ko (default) or en */
              message: string
            }
          }
        }
      } & Problems<400 | 403 | 413 | 415 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/login': {
    /** 로그인 / Log in – Tokens come as cookies; the access token also in the header Authorization. Guessing is slowed down, for each account and for each address. */
    post: {
      parameters: {}
      requestBody: { content: { 'application/json': { email: string; password: string } } }
      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the member */
              id: number
              name: string
              email: string
              /** In the language of Accept-Language: ko (default) or en */
              message: string
            }
          }
        }
      } & Problems<400 | 401 | 403 | 413 | 415 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/logout': {
    /** 로그아웃 / Log out – Ends the login of the tokens that are shown; their access tokens are refused at once. 204 also without any. */
    post: {
      parameters: {}

      responses: { 204: { content: {} } } & Problems<403 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/reissue': {
    /** 토큰 재발급 / Reissue the tokens – For the cookie refreshToken or the header Refresh-Token. A refresh token works once; one that is used again ends the login. */
    post: {
      parameters: {}

      responses: { 204: { content: {} } } & Problems<401 | 403 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/me': {
    /** 나 / See oneself – For pages, which can not read who the cookie says they are. */
    get: {
      parameters: {}

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the member */
              id: number
              name: string
              email: string
              address: string
              phoneNumber: string
              role: 'UNCERTIFIED_USER' | 'CERTIFIED_USER' | 'SELLER' | 'ADMIN'
              emailVerified: boolean
            }
          }
        }
      } & Problems<401 | 403 | 404 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/{userId}': {
    /** 회원 조회 / See a member – Oneself; administrators see everybody. */
    get: {
      parameters: {
        path: {
          /** Id of the member */
          userId: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the member */
              id: number
              name: string
              email: string
              address: string
              phoneNumber: string
              role: 'UNCERTIFIED_USER' | 'CERTIFIED_USER' | 'SELLER' | 'ADMIN'
              emailVerified: boolean
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 429 | 500 | 503>
    }
    /** 회원 탈퇴 / Delete the account – With the password, twice. Every login ends at once; e-mail and phone number are free again. Orders are kept without the profile, as the law asks; units of open limited sales go on counting for the limit of whoever signs up with the same e-mail or phone number. Items of a seller stay for sale until an administrator takes them off. */
    delete: {
      parameters: {
        path: {
          /** Id of the member */
          userId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: { content: { 'application/json': { password: string; password2: string } } }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/user-service/api/v1/users/{userId}/info': {
    /** 회원 정보 수정 / Change address and phone number */
    put: {
      parameters: {
        path: {
          /** Id of the member */
          userId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            address: string
            /** With or without separators */
            phoneNumber: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the member */
              id: number
              address: string
              phoneNumber: string
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/{userId}/export': {
    /** 내 정보 내려받기 / Export everything about a member – A file with all that is kept about the person: profile, logins (the newest 1,000), entries of the audit trail about and by them (the newest 1,000 of each), orders, wishlist and cart. An export by an administrator is audited. */
    get: {
      parameters: {
        path: {
          /** Id of the member */
          userId: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              profile: {
                /** Id of the member */
                id: number
                name: string
                email: string
                address: string
                phoneNumber: string
                role: 'UNCERTIFIED_USER' | 'CERTIFIED_USER' | 'SELLER' | 'ADMIN'
                emailVerifiedAt: string | null
                /** ISO 8601 in Korean time */
                createdAt: string
                /** ISO 8601 in Korean time */
                updatedAt: string
              }
              signIns: {
                /** ISO 8601 in Korean time */
                startedAt: string
                /** ISO 8601 in Korean time */
                expiresAt: string
                endedAt: string | null
              }[]
              audit: {
                id: number
                /** ISO 8601 in Korean time */
                at: string
                /** 0: nobody who was signed in */
                actorId: number
                subject: 'account' | 'item' | 'sale' | 'stock' | 'order' | 'payment' | 'shipment' | 'job'
                subjectId: number
                action: string
                before: Record<string, unknown> | null
                after: Record<string, unknown> | null
                reason: string | null
              }[]
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/{userId}/password': {
    /** 비밀번호 변경 / Change the password – The old password must be right and the two new ones equal. Every other login of the member ends. Guessing is slowed down together with that at the login. */
    put: {
      parameters: {
        path: {
          /** Id of the member */
          userId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            originalPassword: string
            /** 8 to 64 characters of any kind; common passwords are refused */
            newPassword: string
            /** 8 to 64 characters of any kind; common passwords are refused */
            newPassword2: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the member */
              id: number
              name: string
              email: string
              /** In the language of Accept-Language: ko (default) or en */
              message: string
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/password-reset': {
    /** 비밀번호 재설정 링크 요청 / Ask for a link to choose a new password – The same answer, in the same time, for every address. The new link replaces the old one. */
    post: {
      parameters: {}
      requestBody: { content: { 'application/json': { email: string } } }
      responses: {
        202: {
          content: {
            'application/json': {
              /** In the language of Accept-Language: ko (default) or en */
              message: string
            }
          }
        }
      } & Problems<400 | 403 | 413 | 415 | 429 | 500 | 503>
    }
    /** 비밀번호 재설정 / Choose a new password – With the link from the mail, which lives 30 minutes, for one use. Every login of the member ends. The e-mail counts as verified. */
    put: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            /** What follows `#token=` in the link */
            token: string
            /** 8 to 64 characters of any kind; common passwords are refused */
            newPassword: string
            /** 8 to 64 characters of any kind; common passwords are refused */
            newPassword2: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /** In the language of Accept-Language: ko (default) or en */
              message: string
            }
          }
        }
      } & Problems<400 | 401 | 403 | 413 | 415 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/users/{userId}/role': {
    /** 권한 변경 / Change the role – Administrators only; counts at once. */
    put: {
      parameters: {
        path: {
          /** Id of the member */
          userId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: { content: { 'application/json': { role: 'CERTIFIED_USER' | 'SELLER' | 'ADMIN' } } }
      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the member */
              id: number
              role: 'CERTIFIED_USER' | 'SELLER' | 'ADMIN'
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/internal/users': {
    /** 이메일로 회원 조회 / Find a member by e-mail – Each look is audited. */
    get: {
      parameters: {
        query: {
          /** In plain text, in any case */
          email: string
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the member */
              id: number
              name: string
              email: string
              address: string
              phoneNumber: string
              role: 'UNCERTIFIED_USER' | 'CERTIFIED_USER' | 'SELLER' | 'ADMIN'
              emailVerifiedAt: string | null
              /** ISO 8601 in Korean time */
              createdAt: string
              /** ISO 8601 in Korean time */
              updatedAt: string
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/internal/audit': {
    /** 감사 기록 / The audit trail – Who changed what, when and why; newest first. Nothing personal is in it. */
    get: {
      parameters: {
        query?: {
          subject?: 'account' | 'item' | 'sale' | 'stock' | 'order' | 'payment' | 'shipment' | 'job'
          /** Goes with subject */
          subjectId?: number
          actorId?: number
          /** `next` of the answer before */
          cursor?: string
          limit?: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Newest first */
              content: {
                id: number
                /** ISO 8601 in Korean time */
                at: string
                /** 0: nobody who was signed in */
                actorId: number
                subject: 'account' | 'item' | 'sale' | 'stock' | 'order' | 'payment' | 'shipment' | 'job'
                subjectId: number
                action: string
                before: Record<string, unknown> | null
                after: Record<string, unknown> | null
                reason: string | null
              }[]
              next: string | null
            }
          }
        }
      } & Problems<400 | 401 | 403 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/internal/dead-letters': {
    /** 실패한 작업 / Jobs that failed for good – Mails and events that failed as often as they may; newest first, kept for 30 days. What they were about is not shown. */
    get: {
      parameters: {
        query?: {
          /** `next` of the page before; of the same list in the same order */
          cursor?: string
          /** Entries of a page */
          limit?: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              content: {
                id: string
                /** The same for every consumer; null where it came of no event */
                eventId: string | null
                /** Where it failed */
                queue: string
                /** ISO 8601 in Korean time */
                at: string
                tries: number
                /** Of what it failed at last */
                code: string
              }[]
              next: string | null
            }
          }
        }
      } & Problems<400 | 401 | 403 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/internal/dead-letters/redrive': {
    /** 실패한 작업 재시도 / Try them again – All of them, those of one queue, or some by their ids; oldest first, at most `limit` (1,000). */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** These alone */
            ids?: string[]
            /** Where it failed */
            queue?: string
            limit?: number
          }
        }
      }
      responses: { 200: { content: { 'application/json': { redriven: number } } } } & Problems<
        400 | 401 | 403 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/user-service/api/v1/wishlists': {
    /** What is on the wishlist – Each item as of now. A member who never added anything has an empty list. */
    get: {
      parameters: {}

      responses: {
        200: {
          content: {
            'application/json': {
              /** The id of the member: each has one list */
              wishListId: number
              /** In the order in which they were added */
              wishlistItems: {
                /** Id of the item */
                itemId: number
                name: string | null
                price: number | null
                /** Units that can still be ordered */
                quantity: number
                /** A limited item, sold by its sale only */
                isReserved: boolean
                saleStatus?: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
                openTime: string | null
                /** false: the item was taken off. It has no name and price any more. */
                isOnSale: boolean
                /** ISO 8601 in Korean time */
                addedAt: string
              }[]
            }
          }
        }
      } & Problems<401 | 403 | 429 | 500 | 503>
    }
    /** Put an item on the wishlist – At most 500 items. */
    post: {
      parameters: {
        query: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
    /** Take an item from the wishlist – Also one that is not for sale any more. */
    delete: {
      parameters: {
        query: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/wishlists/order': {
    /** Order from the wishlist – One order, all or nothing, at the prices of now. Without `items` it is one of each normal item that can be bought now, up to 100; limited items are bought by their sale. What was ordered stays on the list. The goods go to `recipient`, or to the member’s own address. The body may be left out. */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody?: {
        content: {
          'application/json': {
            /** What to order of the list; one of each normal item that can be bought now where it is left out */
            items?: {
              /** Id of the item */
              itemId: number
              quantity?: number
            }[]
            /** Who gets the goods */
            recipient?: {
              name: string
              /** With or without separators */
              phoneNumber: string
              address: string
            }
          } | null
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              /** Id of the order */
              orderId: number
              /** Id of the buyer */
              userId: number
              /** Korean won */
              totalSum: number
              /** ISO 8601 in Korean time */
              orderDate: string
              orderItemList: {
                /** Id of the line within its order: that of its item */
                orderItemId: number
                /** Id of the item */
                itemId: number
                /** Units that count; 0 where all were cancelled */
                quantity: number
                /** Korean won */
                unitPrice: number
                /** Korean won */
                totalSum: number
                status: string
                /** Units fewer than were ordered first; left out where there are none */
                canceledQuantity?: number
              }[]
              status: string
              /** ISO 8601 in Korean time */
              payBy: string
              /** Order of arrival at the gate of the sale: epoch * 2^32 + n. Limited orders only. */
              saleSequence?: number
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/user-service/api/v1/wishlists/wishlist/items': {
    /** Put several items on the wishlist – Items that are on it, or named twice, are skipped. Nothing is added where one of them does not exist, or the list would have more than 500. */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: { content: { 'application/json': number[] } }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
    /** Take several items from the wishlist – Items that are not on it are skipped. */
    delete: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: { content: { 'application/json': number[] } }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/user-service/api/v1/wishlists/clear': {
    /** Clear the wishlist – Also where nothing is on it. */
    delete: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/items': {
    /** List items, newest first – With page and size a page by its number; with limit, and cursor for what follows, a part of the list that stays the same when items are added. Found by words, kind, state of the sale (which only limited items have), price and seller. What others change is seen within a second. The clock is no part of the ETag. */
    get: {
      parameters: {
        query?: {
          /** Counted from 0 */
          page?: number
          /** Entries of a page */
          size?: number
          /** `next` of the page before; of the same list in the same order */
          cursor?: string
          /** Entries of a page */
          limit?: number
          /** Words, all of which are in the name or the description; parts of words count */
          q?: string
          /** Both where it is left out */
          type?: 'normal' | 'limited'
          saleStatus?: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
          /** Korean won: this or more */
          minPrice?: number
          /** Korean won: this or less */
          maxPrice?: number
          sellerId?: number
          /** openTime: the sale that opens first comes first, items that are for sale at once last */
          sort?: 'newest' | 'price' | '-price' | 'openTime'
        }
        header?: {
          /** ETag of an answer that the caller has */
          'if-none-match'?: string
        }
      }

      responses: {
        200: {
          content: {
            'application/json':
              | {
                  content: {
                    /** Id of the item */
                    id: number
                    name: string
                    description: string
                    /** Units that can still be ordered */
                    quantity: number
                    /** Korean won */
                    price: number
                    openTime: string | null
                    isReserved: boolean
                    /** Who sells it */
                    sellerId: number
                    saleStatus?: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
                    /** Units in orders that are not paid yet; up to two seconds old */
                    held?: number
                    /** Units in paid orders */
                    sold?: number
                    /** quantity + held + sold */
                    total?: number
                    closeTime?: string | null
                    /** Units that one buyer may have */
                    limitPerBuyer?: number
                    /** How long an unpaid order keeps its units */
                    holdSeconds?: number
                    /** The clock that decides opening and closing */
                    serverTime?: string
                  }[]
                  pageable: {
                    pageNumber: number
                    pageSize: number
                    offset: number
                    paged: boolean
                    unpaged: boolean
                    sort: { empty: boolean; sorted: boolean; unsorted: boolean }
                  }
                  /** Of all pages */
                  totalElements: number
                  totalPages: number
                  size: number
                  /** Of this page, counted from 0 */
                  number: number
                  /** On this page */
                  numberOfElements: number
                  first: boolean
                  last: boolean
                  empty: boolean
                  sort: { empty: boolean; sorted: boolean; unsorted: boolean }
                }
              | {
                  content: {
                    /** Id of the item */
                    id: number
                    name: string
                    description: string
                    /** Units that can still be ordered */
                    quantity: number
                    /** Korean won */
                    price: number
                    openTime: string | null
                    isReserved: boolean
                    /** Who sells it */
                    sellerId: number
                    saleStatus?: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
                    /** Units in orders that are not paid yet; up to two seconds old */
                    held?: number
                    /** Units in paid orders */
                    sold?: number
                    /** quantity + held + sold */
                    total?: number
                    closeTime?: string | null
                    /** Units that one buyer may have */
                    limitPerBuyer?: number
                    /** How long an unpaid order keeps its units */
                    holdSeconds?: number
                    /** The clock that decides opening and closing */
                    serverTime?: string
                  }[]
                  next: string | null
                }
          }
        }
        304: { content: {} }
      } & Problems<400 | 429 | 500 | 503>
    }
    /** Put an item up for sale – A limited item (isReserved) needs an openTime; its limit per buyer is 1 unless given. Others are for sale at once. */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** 2 to 20 of Hangul, ASCII letters and digits, whitespace and !@#$%^&*(),.?":{}|<> */
            name: string
            /** 8 to 500 of Hangul, ASCII letters and digits, whitespace and !@#$%^&*(),.?":{}|<> */
            description: string
            /** Units to begin with */
            quantity: number
            /** Korean won */
            price: number
            /** A limited item, sold first come, first served from openTime on */
            isReserved: boolean
            openTime?: string | null
            closeTime?: string | null
            /** Units that one buyer may have */
            limitPerBuyer?: number
            /** How long an unpaid order keeps its units */
            holdSeconds?: number
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              /** Id of the item */
              id: number
              name: string
              description: string
              /** Units for sale */
              stock: number
              /** Korean won */
              price: number
              /** Who sells it */
              sellerId: number
              isReserved: boolean
              openTime: string | null
              saleStatus?: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
              closeTime?: string | null
              /** Units that one buyer may have */
              limitPerBuyer?: number
              /** How long an unpaid order keeps its units */
              holdSeconds?: number
            }
          }
        }
      } & Problems<400 | 401 | 403 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/items/{itemId}': {
    /** One item, with the state of its sale – Units and rules as committed less than a second ago; the state of a sale changes on time. serverTime is the clock that decides: count down by it. The first part of the ETag, up to the dot, is what editing changes. */
    get: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** ETag of an answer that the caller has */
          'if-none-match'?: string
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the item */
              id: number
              name: string
              description: string
              /** Units that can still be ordered */
              quantity: number
              /** Korean won */
              price: number
              openTime: string | null
              isReserved: boolean
              /** Who sells it */
              sellerId: number
              saleStatus?: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
              /** Units in orders that are not paid yet; up to two seconds old */
              held?: number
              /** Units in paid orders */
              sold?: number
              /** quantity + held + sold */
              total?: number
              closeTime?: string | null
              /** Units that one buyer may have */
              limitPerBuyer?: number
              /** How long an unpaid order keeps its units */
              holdSeconds?: number
              /** The clock that decides opening and closing */
              serverTime?: string
            }
          }
        }
        304: { content: {} }
      } & Problems<400 | 404 | 429 | 500 | 503>
    }
    /** Change name, description and price – By its seller or an administrator. The price counts for orders from now on. With If-Match it is changed only if name, description and price are still those of that ETag; units that were sold meanwhile do not matter. */
    put: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** ETag of the item as its editor saw it */
          'if-match'?: string
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** 2 to 20 of Hangul, ASCII letters and digits, whitespace and !@#$%^&*(),.?":{}|<> */
            name: string
            /** 8 to 500 of Hangul, ASCII letters and digits, whitespace and !@#$%^&*(),.?":{}|<> */
            description: string
            /** Korean won */
            price: number
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the item */
              id: number
              name: string
              description: string
              /** Korean won */
              price: number
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 412 | 413 | 415 | 422 | 429 | 500 | 503>
    }
    /** Take an item off for good – Refused while it has orders that are not cancelled, expired or returned, and while its limited sale is open. */
    delete: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/items/batch': {
    /** Several items at once – In the order of the ids; null where there is no such item. */
    post: {
      parameters: {
        header?: {
          /** ETag of an answer that the caller has */
          'if-none-match'?: string
        }
      }
      requestBody: { content: { 'application/json': number[] } }
      responses: {
        200: {
          content: {
            'application/json': ({
              /** Id of the item */
              id: number
              name: string
              description: string
              /** Units that can still be ordered */
              quantity: number
              /** Korean won */
              price: number
              openTime: string | null
              isReserved: boolean
              /** Who sells it */
              sellerId: number
              saleStatus?: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
              /** Units in orders that are not paid yet; up to two seconds old */
              held?: number
              /** Units in paid orders */
              sold?: number
              /** quantity + held + sold */
              total?: number
              closeTime?: string | null
              /** Units that one buyer may have */
              limitPerBuyer?: number
              /** How long an unpaid order keeps its units */
              holdSeconds?: number
              /** The clock that decides opening and closing */
              serverTime?: string
            } | null)[]
          }
        }
        304: { content: {} }
      } & Problems<400 | 403 | 413 | 415 | 429 | 500 | 503>
    }
    /** Take several items off for good – All or none: nothing happens where one belongs to somebody else, has live orders or an open sale. Unknown ids are passed over unless there is no other. */
    delete: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: { content: { 'application/json': number[] } }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/item-service/api/v1/internal/items/{itemId}': {
    /** One item, with the state of its sale – Units and rules as committed less than a second ago; the state of a sale changes on time. serverTime is the clock that decides: count down by it. The first part of the ETag, up to the dot, is what editing changes. */
    get: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** ETag of an answer that the caller has */
          'if-none-match'?: string
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the item */
              id: number
              name: string
              description: string
              /** Units that can still be ordered */
              quantity: number
              /** Korean won */
              price: number
              openTime: string | null
              isReserved: boolean
              /** Who sells it */
              sellerId: number
              saleStatus?: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
              /** Units in orders that are not paid yet; up to two seconds old */
              held?: number
              /** Units in paid orders */
              sold?: number
              /** quantity + held + sold */
              total?: number
              closeTime?: string | null
              /** Units that one buyer may have */
              limitPerBuyer?: number
              /** How long an unpaid order keeps its units */
              holdSeconds?: number
              /** The clock that decides opening and closing */
              serverTime?: string
            }
          }
        }
        304: { content: {} }
      } & Problems<400 | 401 | 403 | 404 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/internal/items/batch': {
    /** Several items at once – In the order of the ids; null where there is no such item. */
    post: {
      parameters: {
        header?: {
          /** ETag of an answer that the caller has */
          'if-none-match'?: string
        }
      }
      requestBody: { content: { 'application/json': number[] } }
      responses: {
        200: {
          content: {
            'application/json': ({
              /** Id of the item */
              id: number
              name: string
              description: string
              /** Units that can still be ordered */
              quantity: number
              /** Korean won */
              price: number
              openTime: string | null
              isReserved: boolean
              /** Who sells it */
              sellerId: number
              saleStatus?: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
              /** Units in orders that are not paid yet; up to two seconds old */
              held?: number
              /** Units in paid orders */
              sold?: number
              /** quantity + held + sold */
              total?: number
              closeTime?: string | null
              /** Units that one buyer may have */
              limitPerBuyer?: number
              /** How long an unpaid order keeps its units */
              holdSeconds?: number
              /** The clock that decides opening and closing */
              serverTime?: string
            } | null)[]
          }
        }
        304: { content: {} }
      } & Problems<400 | 401 | 403 | 413 | 415 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/items/{itemId}/events': {
    /** Follow an item as server-sent events – `state`: the whole state, at once and whenever it has changed, at most 5 times a second; the state of a sale changes on time. `beat`: every 15 seconds, nothing new. `gone`: the item was taken off. What is not sold in a sale has null there. */
    get: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
      }

      responses: { 200: { content: { 'text/event-stream': string } } } & Problems<400 | 404 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/stocks/items/{itemId}': {
    /** Units left of an item – Units in no live order, as committed less than a second ago. */
    get: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** The ETag that was seen last: 304 where it is still right */
          'if-none-match'?: string
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Units in no live order */
              quantity: number
            }
          }
        }
        304: { content: {} }
      } & Problems<400 | 404 | 429 | 500 | 503>
    }
    /** Set how many units are left – Units in orders stay theirs, so the total follows. With If-Match and the ETag of the stock that was read, only where nothing has changed since. */
    put: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** The ETag of the stock that was read */
          'if-match'?: string
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            quantity: number
            /** Why, for the ledger and the audit trail */
            reason?: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /** Units in no live order */
              quantity: number
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 412 | 413 | 415 | 422 | 429 | 500 | 503>
    }
    /** Take every unit away that is in no order – The item stays, with nothing left, and can be restocked. */
    delete: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/stocks/batch': {
    /** Units left of many items – By id, as committed less than a second ago. An id that is of no item has 0. */
    post: {
      parameters: {}
      requestBody: { content: { 'application/json': number[] } }
      responses: { 200: { content: { 'application/json': Record<string, unknown> } } } & Problems<
        400 | 403 | 413 | 415 | 429 | 500 | 503
      >
    }
    /** Take every unit of many items away that is in no order – All of them or none: one item of somebody else refuses the request. Ids that are of no item are passed over. */
    delete: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: { content: { 'application/json': number[] } }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/item-service/api/v1/stocks': {
    /** Add units – The seller of the item, or an administrator, puts more units up for sale. They can be bought at once. An item has at most 1,000,000,000. */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** Id of the item */
            itemId: number
            quantity: number
            /** Why, for the ledger and the audit trail */
            reason?: string
            /** Of the first version of this API; has no meaning. */
            '@type'?: string
          }
        }
      }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
    /** Take units away – Only units that are in no order can be taken away; if there are fewer, nothing changes. */
    put: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** Id of the item */
            itemId: number
            quantity: number
            /** Why, for the ledger and the audit trail */
            reason?: string
            /** Of the first version of this API; has no meaning. */
            '@type'?: string
          }
        }
      }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/item-service/api/v1/internal/stocks': {
    /** Add units, as an administrator – The seller of the item, or an administrator, puts more units up for sale. They can be bought at once. An item has at most 1,000,000,000. */
    post: {
      parameters: {
        query: {
          /** Id of the item */
          itemId: number
          quantity: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
    /** Take units away, as an administrator – Only units that are in no order can be taken away; if there are fewer, nothing changes. */
    put: {
      parameters: {
        query: {
          /** Id of the item */
          itemId: number
          quantity: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/stocks/items/{itemId}/ledger': {
    /** Who moved units of an item, why, how many and when – Newest first, for the seller of the item and administrators. By page; with `cursor` or `limit`, from one entry on to the next, which stays right while entries are added. Orders that were committed together are one entry. */
    get: {
      parameters: {
        query?: {
          /** Counted from 0 */
          page?: number
          /** Entries of a page */
          size?: number
          /** `next` of the page before; of the same list in the same order */
          cursor?: string
          /** Entries of a page */
          limit?: number
        }
        path: {
          /** Id of the item */
          itemId: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json':
              | {
                  content: {
                    id: number
                    /** What happened */
                    reason:
                      | 'OPENED'
                      | 'PLACED'
                      | 'EXPIRED'
                      | 'CANCELED'
                      | 'RETURNED'
                      | 'RESTOCKED'
                      | 'REDUCED'
                      | 'REMOVED'
                    /** Units that came, or went where it is negative */
                    delta: number
                    /** Orders that this entry is about, 0 where it is by hand */
                    orders: number
                    /** Units in no live order, after it */
                    available: number
                    /** Of the stock, after it */
                    version: number
                    /** Who did it; null where it was many buyers or the time */
                    actorId: number | null
                    /** Why, in the words of who did it */
                    note: string | null
                    /** ISO 8601 in Korean time */
                    at: string
                  }[]
                  pageable: {
                    pageNumber: number
                    pageSize: number
                    offset: number
                    paged: boolean
                    unpaged: boolean
                    sort: { empty: boolean; sorted: boolean; unsorted: boolean }
                  }
                  /** Of all pages */
                  totalElements: number
                  totalPages: number
                  size: number
                  /** Of this page, counted from 0 */
                  number: number
                  /** On this page */
                  numberOfElements: number
                  first: boolean
                  last: boolean
                  empty: boolean
                  sort: { empty: boolean; sorted: boolean; unsorted: boolean }
                }
              | {
                  content: {
                    id: number
                    /** What happened */
                    reason:
                      | 'OPENED'
                      | 'PLACED'
                      | 'EXPIRED'
                      | 'CANCELED'
                      | 'RETURNED'
                      | 'RESTOCKED'
                      | 'REDUCED'
                      | 'REMOVED'
                    /** Units that came, or went where it is negative */
                    delta: number
                    /** Orders that this entry is about, 0 where it is by hand */
                    orders: number
                    /** Units in no live order, after it */
                    available: number
                    /** Of the stock, after it */
                    version: number
                    /** Who did it; null where it was many buyers or the time */
                    actorId: number | null
                    /** Why, in the words of who did it */
                    note: string | null
                    /** ISO 8601 in Korean time */
                    at: string
                  }[]
                  next: string | null
                }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/items/{itemId}/sale': {
    /** Change the window, limit or hold of a sale – What is left out stays as it is. Limit and hold count for orders from now on. */
    put: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** ISO 8601; without a zone it is Korean time */
            openTime?: string
            /** null: until sold out or closed by hand */
            closeTime?: string | null
            limitPerBuyer?: number
            holdSeconds?: number
            /** Why, for the audit trail */
            reason?: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              itemId: number
              saleStatus: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
              openTime: string
              closeTime: string | null
              limitPerBuyer: number
              /** How long an unpaid order keeps its units */
              holdSeconds: number
              /** Units put up for sale */
              total: number
              /** Units in no live order */
              available: number
              /** The clock that decides opening and closing */
              serverTime: string
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/items/{itemId}/sale/pause': {
    /** Pause a sale – Nothing is sold until it is resumed. Orders stay. */
    post: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody?: {
        content: {
          'application/json': {
            /** Why, for the audit trail */
            reason?: string
          } | null
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              itemId: number
              saleStatus: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
              openTime: string
              closeTime: string | null
              limitPerBuyer: number
              /** How long an unpaid order keeps its units */
              holdSeconds: number
              /** Units put up for sale */
              total: number
              /** Units in no live order */
              available: number
              /** The clock that decides opening and closing */
              serverTime: string
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/items/{itemId}/sale/resume': {
    /** Resume a paused sale – Goes on where it was paused. */
    post: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody?: {
        content: {
          'application/json': {
            /** Why, for the audit trail */
            reason?: string
          } | null
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              itemId: number
              saleStatus: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
              openTime: string
              closeTime: string | null
              limitPerBuyer: number
              /** How long an unpaid order keeps its units */
              holdSeconds: number
              /** Units put up for sale */
              total: number
              /** Units in no live order */
              available: number
              /** The clock that decides opening and closing */
              serverTime: string
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/item-service/api/v1/items/{itemId}/sale/close': {
    /** Close a sale – For good: a closed sale never opens again. */
    post: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody?: {
        content: {
          'application/json': {
            /** Why, for the audit trail */
            reason?: string
          } | null
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              itemId: number
              saleStatus: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
              openTime: string
              closeTime: string | null
              limitPerBuyer: number
              /** How long an unpaid order keeps its units */
              holdSeconds: number
              /** Units put up for sale */
              total: number
              /** Units in no live order */
              available: number
              /** The clock that decides opening and closing */
              serverTime: string
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/orders/limited': {
    /** Order a limited item – First come, first served. A 201 is committed; the units are held until `payBy`. The key is scoped to buyer and item and bound by a placed order only. */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** Id of the item */
            itemId: number
            quantity?: number
            /** The price the buyer saw; compared, never charged. */
            price?: number
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              /** Id of the order */
              orderId: number
              /** Id of the buyer */
              userId: number
              /** Korean won */
              totalSum: number
              /** ISO 8601 in Korean time */
              orderDate: string
              orderItemList: {
                /** Id of the line within its order: that of its item */
                orderItemId: number
                /** Id of the item */
                itemId: number
                /** Units that count; 0 where all were cancelled */
                quantity: number
                /** Korean won */
                unitPrice: number
                /** Korean won */
                totalSum: number
                status: string
                /** Units fewer than were ordered first; left out where there are none */
                canceledQuantity?: number
              }[]
              status: string
              /** ISO 8601 in Korean time */
              payBy: string
              /** Order of arrival at the gate of the sale: epoch * 2^32 + n. Limited orders only. */
              saleSequence?: number
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/orders': {
    /** Order normal items – Several lines, all or nothing, at the prices of the server; units are held until `payBy`. The recipient is whom the buyer’s profile names where none is given. */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** The same item twice counts as one line */
            orderItemList: {
              /** Id of the item */
              itemId: number
              itemCount: number
              /** The price the buyer saw; compared, never charged. */
              price?: number
            }[]
            /** Who gets the goods */
            recipient?: {
              name: string
              /** With or without separators */
              phoneNumber: string
              address: string
            }
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              /** Id of the order */
              orderId: number
              /** Id of the buyer */
              userId: number
              /** Korean won */
              totalSum: number
              /** ISO 8601 in Korean time */
              orderDate: string
              orderItemList: {
                /** Id of the line within its order: that of its item */
                orderItemId: number
                /** Id of the item */
                itemId: number
                /** Units that count; 0 where all were cancelled */
                quantity: number
                /** Korean won */
                unitPrice: number
                /** Korean won */
                totalSum: number
                status: string
                /** Units fewer than were ordered first; left out where there are none */
                canceledQuantity?: number
              }[]
              status: string
              /** ISO 8601 in Korean time */
              payBy: string
              /** Order of arrival at the gate of the sale: epoch * 2^32 + n. Limited orders only. */
              saleSequence?: number
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
    /** Own orders, newest first – Page by page (`page`, `size`), or from where the last part ended (`cursor`, `limit`), which is as fast for old orders as for new ones. */
    get: {
      parameters: {
        query?: {
          /** Counted from 0 */
          page?: number
          /** Entries of a page */
          size?: number
          /** `next` of the page before; of the same list in the same order */
          cursor?: string
          /** Entries of a page */
          limit?: number
          /** Only orders in this state */
          status?:
            | 'CREATED'
            | 'PAID'
            | 'READY'
            | 'SHIPPING'
            | 'SHIPPED'
            | 'CANCEL_REQUESTED'
            | 'RETURN_REQUESTED'
            | 'PARTIALLY_READY'
            | 'PARTIALLY_SHIPPING'
            | 'PARTIALLY_SHIPPED'
            | 'PARTIALLY_CANCELED'
            | 'PARTIALLY_RETURNED'
            | 'CANCELED'
            | 'RETURNED'
            | 'PAYMENT_FAILED'
            | 'FAILED'
            | 'EXPIRED'
          /** Only orders of this limited item */
          saleItemId?: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json':
              | {
                  content: {
                    /** Id of the order */
                    orderId: number
                    /** Id of the buyer */
                    userId: number
                    /** Korean won */
                    totalSum: number
                    /** ISO 8601 in Korean time */
                    orderDate: string
                    orderItemList: {
                      /** Id of the line within its order: that of its item */
                      orderItemId: number
                      /** Id of the item */
                      itemId: number
                      /** Units that count; 0 where all were cancelled */
                      quantity: number
                      /** Korean won */
                      unitPrice: number
                      /** Korean won */
                      totalSum: number
                      status: string
                      /** Units fewer than were ordered first; left out where there are none */
                      canceledQuantity?: number
                    }[]
                    status: string
                    /** ISO 8601 in Korean time */
                    payBy: string
                    /** Order of arrival at the gate of the sale: epoch * 2^32 + n. Limited orders only. */
                    saleSequence?: number
                    /** Lines of the order that the list does not show: it shows the first 100 of each */
                    linesLeftOut?: number
                  }[]
                  pageable: {
                    pageNumber: number
                    pageSize: number
                    offset: number
                    paged: boolean
                    unpaged: boolean
                    sort: { empty: boolean; sorted: boolean; unsorted: boolean }
                  }
                  /** Of all pages */
                  totalElements: number
                  totalPages: number
                  size: number
                  /** Of this page, counted from 0 */
                  number: number
                  /** On this page */
                  numberOfElements: number
                  first: boolean
                  last: boolean
                  empty: boolean
                  sort: { empty: boolean; sorted: boolean; unsorted: boolean }
                }
              | {
                  content: {
                    /** Id of the order */
                    orderId: number
                    /** Id of the buyer */
                    userId: number
                    /** Korean won */
                    totalSum: number
                    /** ISO 8601 in Korean time */
                    orderDate: string
                    orderItemList: {
                      /** Id of the line within its order: that of its item */
                      orderItemId: number
                      /** Id of the item */
                      itemId: number
                      /** Units that count; 0 where all were cancelled */
                      quantity: number
                      /** Korean won */
                      unitPrice: number
                      /** Korean won */
                      totalSum: number
                      status: string
                      /** Units fewer than were ordered first; left out where there are none */
                      canceledQuantity?: number
                    }[]
                    status: string
                    /** ISO 8601 in Korean time */
                    payBy: string
                    /** Order of arrival at the gate of the sale: epoch * 2^32 + n. Limited orders only. */
                    saleSequence?: number
                    /** Lines of the order that the list does not show: it shows the first 100 of each */
                    linesLeftOut?: number
                  }[]
                  next: string | null
                }
          }
        }
      } & Problems<400 | 401 | 403 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/orders/{orderId}': {
    /** Change an unpaid order – The recipient, and quantities of the lines that the order has: fewer units are for sale again at once, more are taken at the price of the line, all or nothing. `payBy` stays. A limited order can only be lowered (409 LIMITED_ITEM): more units of a limited sale are a claim of their own, in the order of arrival. With nothing left the order is CANCELED. */
    put: {
      parameters: {
        path: {
          /** Id of the order */
          orderId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** Who gets the goods */
            recipient?: {
              name: string
              /** With or without separators */
              phoneNumber: string
              address: string
            }
            /** Lines of the order that change */
            lines?: {
              /** Id of the item */
              itemId: number
              /** Units from now on; 0 cancels the line */
              quantity: number
            }[]
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the order */
              orderId: number
              /** Id of the buyer */
              userId: number
              /** Korean won */
              totalSum: number
              /** ISO 8601 in Korean time */
              orderDate: string
              orderItemList: {
                /** Id of the line within its order: that of its item */
                orderItemId: number
                /** Id of the item */
                itemId: number
                /** Units that count; 0 where all were cancelled */
                quantity: number
                /** Korean won */
                unitPrice: number
                /** Korean won */
                totalSum: number
                status: string
                /** Units fewer than were ordered first; left out where there are none */
                canceledQuantity?: number
              }[]
              status: string
              /** ISO 8601 in Korean time */
              payBy: string
              /** Order of arrival at the gate of the sale: epoch * 2^32 + n. Limited orders only. */
              saleSequence?: number
              /** Who gets the goods */
              recipient?: {
                name: string
                /** With or without separators */
                phoneNumber: string
                address: string
              }
              /** CHECKING: an attempt to pay is being checked; REFUSED: the last one was refused */
              paying?: 'CHECKING' | 'REFUSED'
              /** Every move, oldest first */
              history: {
                status: string
                /** ISO 8601 in Korean time */
                at: string
              }[]
              /** Paid units that were taken back, oldest first */
              takenBack: {
                kind: 'CANCEL' | 'RETURN'
                /** REQUESTED: goods are on their way back; REFUNDING: money is; DONE */
                status: string
                /** Korean won */
                amount: number
                lines: {
                  /** Id of the item */
                  itemId: number
                  quantity: number
                }[]
                /** ISO 8601 in Korean time */
                requestedAt: string
                /** ISO 8601 in Korean time */
                doneAt?: string
              }[]
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
    /** One order, with its recipient – For its buyer and for administrators. */
    get: {
      parameters: {
        path: {
          /** Id of the order */
          orderId: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the order */
              orderId: number
              /** Id of the buyer */
              userId: number
              /** Korean won */
              totalSum: number
              /** ISO 8601 in Korean time */
              orderDate: string
              orderItemList: {
                /** Id of the line within its order: that of its item */
                orderItemId: number
                /** Id of the item */
                itemId: number
                /** Units that count; 0 where all were cancelled */
                quantity: number
                /** Korean won */
                unitPrice: number
                /** Korean won */
                totalSum: number
                status: string
                /** Units fewer than were ordered first; left out where there are none */
                canceledQuantity?: number
              }[]
              status: string
              /** ISO 8601 in Korean time */
              payBy: string
              /** Order of arrival at the gate of the sale: epoch * 2^32 + n. Limited orders only. */
              saleSequence?: number
              /** Who gets the goods */
              recipient?: {
                name: string
                /** With or without separators */
                phoneNumber: string
                address: string
              }
              /** CHECKING: an attempt to pay is being checked; REFUSED: the last one was refused */
              paying?: 'CHECKING' | 'REFUSED'
              /** Every move, oldest first */
              history: {
                status: string
                /** ISO 8601 in Korean time */
                at: string
              }[]
              /** Paid units that were taken back, oldest first */
              takenBack: {
                kind: 'CANCEL' | 'RETURN'
                /** REQUESTED: goods are on their way back; REFUNDING: money is; DONE */
                status: string
                /** Korean won */
                amount: number
                lines: {
                  /** Id of the item */
                  itemId: number
                  quantity: number
                }[]
                /** ISO 8601 in Korean time */
                requestedAt: string
                /** ISO 8601 in Korean time */
                doneAt?: string
              }[]
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 429 | 500 | 503>
    }
    /** Delete an order from the own list – Of an order that is over: cancelled, expired, failed, returned or delivered. Units and money are not touched; the export of the member still has it. */
    delete: {
      parameters: {
        path: {
          /** Id of the order */
          orderId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/orders/{orderId}/cancel': {
    /** Cancel an order, or some of it, before it is shipped – The whole order without a body; one line by `?itemId=`, several by a list of their ids or by `orderItemIds`, some units by `lines` – one of them at a time. Unpaid units are for sale again at once; what is paid is CANCEL_REQUESTED until its money is back. Nothing happens where it is cancelled already. */
    put: {
      parameters: {
        query?: {
          /** Id of the item */
          itemId?: number
        }
        path: {
          /** Id of the order */
          orderId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody?: {
        content: {
          'application/json':
            | {
                /** Some units of lines */
                lines?: {
                  /** Id of the item */
                  itemId: number
                  /** Units to take back */
                  quantity: number
                }[]
                /** Whole lines */
                orderItemIds?: number[]
                cancelReason?: string
              }
            | number[]
            | null
        }
      }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/order-service/api/v1/orders/{orderId}/return': {
    /** Return delivered goods, or some of them – The whole order without a body; one line by `?itemId=`, several by a list of their ids or by `orderItemIds`, some units by `lines` – one of them at a time. Within seven days of the delivery of each line. The money follows when the seller has the goods. */
    put: {
      parameters: {
        query?: {
          /** Id of the item */
          itemId?: number
        }
        path: {
          /** Id of the order */
          orderId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody?: {
        content: {
          'application/json':
            | {
                /** Some units of lines */
                lines?: {
                  /** Id of the item */
                  itemId: number
                  /** Units to take back */
                  quantity: number
                }[]
                /** Whole lines */
                orderItemIds?: number[]
                cancelReason?: string
              }
            | number[]
            | null
        }
      }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/order-service/api/v1/sales/{itemId}/live': {
    /** Watch a sale as server-sent events – For its seller. `recent`: the seconds before, oldest first; `second`: every second what was asked of it and came of it, its units counted from the orders and from the stock row in one snapshot (less often where it is very large: `seconds` since the last), refusals, how long claims took, and the gate; `stale`: the database is away; `gone`: the item is. */
    get: {
      parameters: { path: { itemId: number } }

      responses: { 200: { content: { 'text/event-stream': string } } } & Problems<
        400 | 401 | 403 | 404 | 409 | 429 | 500 | 503
      >
    }
  }
  '/payment-service/api/v1/payments': {
    /** Open a payment of an order – The amount is that of the order. Opening it again gives the same payment; where little time is left until `payBy`, the hold is extended once. Virtual accounts are not taken. */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json':
            | {
                /** Id of the order */
                orderId: number
                /** Korean won; compared with the order, never believed */
                totalPrice: number
                /** The preferred one where it is left out */
                provider?: 'TOSS' | 'NICE'
              }
            | {
                /** Id of the order */
                ordId: number
                /** What the provider calls the order */
                orderId: string
                /** Korean won; compared with the order, never believed */
                amount: number
                /** The preferred one where it is left out */
                provider?: 'TOSS' | 'NICE'
              }
        }
      }
      responses: {
        200: {
          content: {
            'application/json':
              | {
                  /** Id of the payment */
                  paymentId: number
                  isSuccess: boolean
                  status:
                    | 'INITIATED'
                    | 'CONFIRMING'
                    | 'UNKNOWN'
                    | 'COMPLETED'
                    | 'PARTIALLY_CANCELED'
                    | 'CANCELED'
                    | 'FAILED'
                  /** Until when the units are held */
                  payBy: string
                  /** What a browser opens the window of the provider with. Left out where nothing is to be paid. */
                  checkout?: {
                    provider: 'TOSS' | 'NICE'
                    clientKey: string
                    /** What the provider calls the order */
                    orderId: string
                    orderName: string
                    /** Korean won; compared with the order, never believed */
                    amount: number
                    currency: 'KRW'
                    /** The window itself where it is that of the simulator */
                    windowUrl?: string
                    /** The script of the provider that opens its window, where it is a real one */
                    scriptUrl?: string
                  }
                }
              | number
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
    /** Every attempt to pay an order, with its refunds – For its buyer and for administrators, oldest first. */
    get: {
      parameters: {
        query: {
          /** Id of the order */
          orderId: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the payment */
              paymentId: number
              /** Id of the order */
              orderId: number
              /** TOSS, NICE, or FREE */
              provider: string
              /** What the provider calls the order */
              pgOrderId: string
              /** Korean won */
              totalPrice: number
              /** Korean won that are back */
              refundedPrice: number
              /** CONFIRMING and UNKNOWN: being checked; it is not known yet whether it was charged */
              status:
                | 'INITIATED'
                | 'CONFIRMING'
                | 'UNKNOWN'
                | 'COMPLETED'
                | 'PARTIALLY_CANCELED'
                | 'CANCELED'
                | 'FAILED'
              /** Why it failed, or is not known yet: the code of the provider or ours */
              code: string | null
              message: string
              method: string | null
              receiptUrl: string | null
              requestedAt: string | null
              approvedAt: string | null
              refunds: {
                refundId: number
                /** Korean won */
                amount: number
                /** REQUESTED, STUCK or DONE */
                status: string
                reason: string
                createdAt: string | null
                doneAt: string | null
              }[]
            }[]
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 429 | 500 | 503>
    }
  }
  '/payment-service/api/v1/payments/{paymentId}': {
    /** Pay at the simulator, without a browser – Only where the simulator stands for the providers. 202: not known yet whether it was charged; ask for the payment. */
    put: {
      parameters: {
        path: {
          /** Id of the payment */
          paymentId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the payment */
              paymentId: number
              isSuccess: boolean
              status:
                | 'INITIATED'
                | 'CONFIRMING'
                | 'UNKNOWN'
                | 'COMPLETED'
                | 'PARTIALLY_CANCELED'
                | 'CANCELED'
                | 'FAILED'
            }
          }
        }
        202: {
          content: {
            'application/json': {
              /** Id of the payment */
              paymentId: number
              isSuccess: boolean
              status:
                | 'INITIATED'
                | 'CONFIRMING'
                | 'UNKNOWN'
                | 'COMPLETED'
                | 'PARTIALLY_CANCELED'
                | 'CANCELED'
                | 'FAILED'
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 429 | 500 | 503>
    }
    /** One payment, with its refunds – For its buyer and for administrators. */
    get: {
      parameters: {
        path: {
          /** Id of the payment */
          paymentId: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the payment */
              paymentId: number
              /** Id of the order */
              orderId: number
              /** TOSS, NICE, or FREE */
              provider: string
              /** What the provider calls the order */
              pgOrderId: string
              /** Korean won */
              totalPrice: number
              /** Korean won that are back */
              refundedPrice: number
              /** CONFIRMING and UNKNOWN: being checked; it is not known yet whether it was charged */
              status:
                | 'INITIATED'
                | 'CONFIRMING'
                | 'UNKNOWN'
                | 'COMPLETED'
                | 'PARTIALLY_CANCELED'
                | 'CANCELED'
                | 'FAILED'
              /** Why it failed, or is not known yet: the code of the provider or ours */
              code: string | null
              message: string
              method: string | null
              receiptUrl: string | null
              requestedAt: string | null
              approvedAt: string | null
              refunds: {
                refundId: number
                /** Korean won */
                amount: number
                /** REQUESTED, STUCK or DONE */
                status: string
                reason: string
                createdAt: string | null
                doneAt: string | null
              }[]
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 429 | 500 | 503>
    }
  }
  '/payment-service/api/v1/payments/toss/confirm': {
    /** Confirm a payment that was authenticated at Toss Payments – Asks for the money, once, while the order holds its units. 200: it is known what became of it (`status` COMPLETED or FAILED). 202: it is not known yet; it is being checked and may be asked for. A repeat gives what is known by then. A refused payment keeps the hold: another may be opened until `payBy`. */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** What the provider calls the payment */
            paymentKey: string
            /** What the provider calls the order */
            orderId: string
            /** Korean won; compared with the order, never believed */
            amount: number
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the payment */
              paymentId: number
              /** Id of the order */
              orderId: number
              /** TOSS, NICE, or FREE */
              provider: string
              /** What the provider calls the order */
              pgOrderId: string
              /** Korean won */
              totalPrice: number
              /** Korean won that are back */
              refundedPrice: number
              /** CONFIRMING and UNKNOWN: being checked; it is not known yet whether it was charged */
              status:
                | 'INITIATED'
                | 'CONFIRMING'
                | 'UNKNOWN'
                | 'COMPLETED'
                | 'PARTIALLY_CANCELED'
                | 'CANCELED'
                | 'FAILED'
              /** Why it failed, or is not known yet: the code of the provider or ours */
              code: string | null
              message: string
              method: string | null
              receiptUrl: string | null
              requestedAt: string | null
              approvedAt: string | null
              refunds: {
                refundId: number
                /** Korean won */
                amount: number
                /** REQUESTED, STUCK or DONE */
                status: string
                reason: string
                createdAt: string | null
                doneAt: string | null
              }[]
            }
          }
        }
        202: {
          content: {
            'application/json': {
              /** Id of the payment */
              paymentId: number
              /** Id of the order */
              orderId: number
              /** TOSS, NICE, or FREE */
              provider: string
              /** What the provider calls the order */
              pgOrderId: string
              /** Korean won */
              totalPrice: number
              /** Korean won that are back */
              refundedPrice: number
              /** CONFIRMING and UNKNOWN: being checked; it is not known yet whether it was charged */
              status:
                | 'INITIATED'
                | 'CONFIRMING'
                | 'UNKNOWN'
                | 'COMPLETED'
                | 'PARTIALLY_CANCELED'
                | 'CANCELED'
                | 'FAILED'
              /** Why it failed, or is not known yet: the code of the provider or ours */
              code: string | null
              message: string
              method: string | null
              receiptUrl: string | null
              requestedAt: string | null
              approvedAt: string | null
              refunds: {
                refundId: number
                /** Korean won */
                amount: number
                /** REQUESTED, STUCK or DONE */
                status: string
                reason: string
                createdAt: string | null
                doneAt: string | null
              }[]
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 429 | 500 | 503>
    }
  }
  '/payment-service/api/v1/payments/nice/confirm': {
    /** Where the window of NICEPAY posts to – A form, vouched for by its signature. Leads to a page that says what became of the payment: paid, not charged, or being checked. */
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': {
            authResultCode: string
            authResultMsg?: string
            tid?: string
            clientId?: string
            /** What the provider calls the order */
            orderId: string
            amount: string
            /** `storefront`: the window was opened by the storefront, which is led back to */
            mallReserved?: string
            authToken?: string
            signature?: string
          }
        }
      }
      responses: { 303: { content: {} } } & Problems<400 | 404 | 413 | 415 | 429 | 500 | 503>
    }
  }
  '/payment-service/api/v1/payments/preferred-pg': {
    /** The provider that new payments go to – TOSS, or NICE while Toss does not answer. */
    get: {
      parameters: {}

      responses: { 200: { content: { 'text/plain': string } } } & Problems<429 | 500 | 503>
    }
  }
  '/payment-service/api/v1/payments/providers': {
    /** The providers that a buyer can choose from – Those that are configured, and which of them new payments go to. */
    get: {
      parameters: {}

      responses: {
        200: {
          content: {
            'application/json': {
              /** Where new payments go; null where there is none */
              preferred: ('TOSS' | 'NICE') | null
              providers: {
                provider: 'TOSS' | 'NICE'
                /** false: it does not answer at the moment */
                isUsable: boolean
              }[]
            }
          }
        }
      } & Problems<429 | 500 | 503>
    }
  }
  '/payment-service/api/v1/payments/results/{providerOrderId}': {
    /** A page that says what became of a payment – Where a payment window leads back to. Whoever knows the provider’s order id may look; it says nothing about anybody. While the payment is being checked it loads itself again. */
    get: {
      parameters: {
        path: {
          /** What the provider calls the order */
          providerOrderId: string
        }
      }

      responses: { 200: { content: { 'text/html': string } } } & Problems<400 | 404 | 429 | 500 | 503>
    }
  }
  '/payment-service/api/v1/payments/{paymentId}/refunds': {
    /** Give money back without taking goods back – For administrators: a compensation, or what was left over. Cancels and returns refund by themselves. It is sent until it is certain; the payment shows it. */
    post: {
      parameters: {
        path: {
          /** Id of the payment */
          paymentId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** Korean won; all that is left where it is left out */
            amount?: number
            reason: string
          }
        }
      }
      responses: {
        202: {
          content: {
            'application/json': {
              /** Id of the payment */
              paymentId: number
              /** Id of the order */
              orderId: number
              /** TOSS, NICE, or FREE */
              provider: string
              /** What the provider calls the order */
              pgOrderId: string
              /** Korean won */
              totalPrice: number
              /** Korean won that are back */
              refundedPrice: number
              /** CONFIRMING and UNKNOWN: being checked; it is not known yet whether it was charged */
              status:
                | 'INITIATED'
                | 'CONFIRMING'
                | 'UNKNOWN'
                | 'COMPLETED'
                | 'PARTIALLY_CANCELED'
                | 'CANCELED'
                | 'FAILED'
              /** Why it failed, or is not known yet: the code of the provider or ours */
              code: string | null
              message: string
              method: string | null
              receiptUrl: string | null
              requestedAt: string | null
              approvedAt: string | null
              refunds: {
                refundId: number
                /** Korean won */
                amount: number
                /** REQUESTED, STUCK or DONE */
                status: string
                reason: string
                createdAt: string | null
                doneAt: string | null
              }[]
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/payment-service/api/v1/internal/payments/open': {
    /** Payments that are being checked, and refunds that are not done – For administrators: what is stuck, and why. */
    get: {
      parameters: {}

      responses: {
        200: {
          content: {
            'application/json': {
              /** Attempts that are being checked, oldest first */
              payments: {
                /** Id of the payment */
                paymentId: number
                /** Id of the order */
                orderId: number
                provider: string
                status: string
                code: string | null
                /** How often the provider was asked */
                checks: number
                confirmedAt: string | null
              }[]
              /** Refunds that are not done, oldest first */
              refunds: {
                refundId: number
                /** Id of the payment */
                paymentId: number
                /** Id of the order */
                orderId: number
                /** Korean won */
                amount: number
                status: string
                code: string | null
                tries: number
                createdAt: string | null
              }[]
            }
          }
        }
      } & Problems<401 | 403 | 429 | 500 | 503>
    }
  }
  '/payment-service/api/v1/payments/toss/webhook': {
    /** What Toss Payments tells us – Not signed. Kept first, once for each delivery, and handled later. It is a hint only: the provider is asked before anything follows. */
    post: {
      parameters: {}
      requestBody: { content: { 'application/json': Record<string, unknown> } }
      responses: { 200: { content: { 'text/html': string } } } & Problems<
        400 | 404 | 413 | 415 | 429 | 500 | 503
      >
    }
  }
  '/payment-service/api/v1/payments/nice/webhook': {
    /** What NICEPAY tells us – Signed. Kept first, once for each delivery, and handled later. It is a hint only: the provider is asked before anything follows. */
    post: {
      parameters: {}
      requestBody: { content: { 'application/json': Record<string, unknown> } }
      responses: { 200: { content: { 'text/html': string } } } & Problems<
        400 | 404 | 413 | 415 | 429 | 500 | 503
      >
    }
  }
  '/order-service/api/v1/shipments': {
    /** What a seller sends, and what comes back to it – Own shipments, newest first. Those that go out, and are not cancelled, say who gets the goods. */
    get: {
      parameters: {
        query?: {
          /** Its state */
          status?:
            'ACCEPTANCE' | 'READY' | 'SHIPPING' | 'SHIPPED' | 'CANCELED' | 'RETURN_REQUESTED' | 'RETURNED'
          /** OUT: to the buyer; BACK: returned to the seller */
          direction?: 'OUT' | 'BACK'
          /** `next` of the page before; of the same list in the same order */
          cursor?: string
          /** Entries of a page */
          limit?: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              content: {
                /** Id of the shipment */
                shipmentId: number
                /** OUT: to the buyer; BACK: returned to the seller */
                direction: 'OUT' | 'BACK'
                /** Its state */
                status:
                  | 'ACCEPTANCE'
                  | 'READY'
                  | 'SHIPPING'
                  | 'SHIPPED'
                  | 'CANCELED'
                  | 'RETURN_REQUESTED'
                  | 'RETURNED'
                /** The last move; ISO 8601 in Korean time */
                since: string
                carrier: string | null
                trackingNumber: string | null
                lines: {
                  /** Id of the item */
                  itemId: number
                  /** 0 where all units were cancelled */
                  quantity: number
                }[]
                /** Id of the order */
                orderId: number
                /** Since when it is there; ISO 8601 in Korean time */
                createdAt: string
                dueAt: string | null
                /** Who gets the goods */
                recipient?: {
                  name: string
                  /** With or without separators */
                  phoneNumber: string
                  address: string
                }
              }[]
              next: string | null
            }
          }
        }
      } & Problems<400 | 401 | 403 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/shipments/{shipmentId}': {
    /** One shipment, with its history – For its seller and for administrators; only its seller is told who gets the goods. */
    get: {
      parameters: {
        path: {
          /** Id of the shipment */
          shipmentId: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the shipment */
              shipmentId: number
              /** OUT: to the buyer; BACK: returned to the seller */
              direction: 'OUT' | 'BACK'
              /** Its state */
              status:
                'ACCEPTANCE' | 'READY' | 'SHIPPING' | 'SHIPPED' | 'CANCELED' | 'RETURN_REQUESTED' | 'RETURNED'
              /** The last move; ISO 8601 in Korean time */
              since: string
              carrier: string | null
              trackingNumber: string | null
              lines: {
                /** Id of the item */
                itemId: number
                /** 0 where all units were cancelled */
                quantity: number
              }[]
              /** Id of the order */
              orderId: number
              /** Since when it is there; ISO 8601 in Korean time */
              createdAt: string
              dueAt: string | null
              /** Who gets the goods */
              recipient?: {
                name: string
                /** With or without separators */
                phoneNumber: string
                address: string
              }
              /** Every move, oldest first */
              history: {
                /** Its state */
                status:
                  | 'ACCEPTANCE'
                  | 'READY'
                  | 'SHIPPING'
                  | 'SHIPPED'
                  | 'CANCELED'
                  | 'RETURN_REQUESTED'
                  | 'RETURNED'
                /** When it came to be so; ISO 8601 in Korean time */
                at: string
                /** Null: by time, or by the order */
                actorId: number | null
              }[]
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/orders/{orderId}/shipments': {
    /** Where the goods of an order are – For its buyer and for administrators, newest first: one shipment for each seller, and what goes back. None before the order is paid, and for a moment after. */
    get: {
      parameters: {
        path: {
          /** Id of the order */
          orderId: number
        }
      }

      responses: {
        200: {
          content: {
            'application/json': {
              /** Id of the shipment */
              shipmentId: number
              /** OUT: to the buyer; BACK: returned to the seller */
              direction: 'OUT' | 'BACK'
              /** Its state */
              status:
                'ACCEPTANCE' | 'READY' | 'SHIPPING' | 'SHIPPED' | 'CANCELED' | 'RETURN_REQUESTED' | 'RETURNED'
              /** The last move; ISO 8601 in Korean time */
              since: string
              carrier: string | null
              trackingNumber: string | null
              lines: {
                /** Id of the item */
                itemId: number
                /** 0 where all units were cancelled */
                quantity: number
              }[]
            }[]
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/shipments/{shipmentId}/pack': {
    /** The goods are packed – From ACCEPTANCE to READY, earlier than by time. The buyer can still cancel. For its seller and administrators. Once it is so, asking again changes nothing. */
    post: {
      parameters: {
        path: {
          /** Id of the shipment */
          shipmentId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/shipments/{shipmentId}/deliver': {
    /** The goods have arrived – From SHIPPING to SHIPPED. From now on the buyer can return them, for a while. For its seller and administrators. Once it is so, asking again changes nothing. */
    post: {
      parameters: {
        path: {
          /** Id of the shipment */
          shipmentId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/shipments/{shipmentId}/receive': {
    /** Returned goods are back – From RETURN_REQUESTED to RETURNED, earlier than by time. The money of the return follows. For its seller and administrators. Once it is so, asking again changes nothing. */
    post: {
      parameters: {
        path: {
          /** Id of the shipment */
          shipmentId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/shipments/{shipmentId}/ship': {
    /** The goods are on their way – From ACCEPTANCE or READY to SHIPPING, with whom and under which number; from now on the buyer can not cancel. What time has sent off can be told its number later. For its seller and administrators. Once it is so, asking again changes nothing. */
    post: {
      parameters: {
        path: {
          /** Id of the shipment */
          shipmentId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /** Who carries it: letters, digits, spaces and . & ( ) + - */
            carrier: string
            /** By which the carrier knows it: digits, letters and hyphens */
            trackingNumber: string
          }
        }
      }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/order-service/api/v1/carts': {
    /** What is in the cart – Quantities are those of the cart; names, prices, units and sales those of the items as of now. A member who never added anything has an empty cart. */
    get: {
      parameters: {}

      responses: {
        200: {
          content: {
            'application/json': {
              /** The id of the member: each has one cart */
              cartId: number
              /** In the order in which they were added */
              cartItems: {
                /** Id of the item */
                itemId: number
                name: string | null
                price: number | null
                /** Units in the cart */
                quantity: number
                /** Units that can still be ordered */
                available: number
                /** A limited item, sold by its sale only */
                isReserved: boolean
                saleStatus?: 'SCHEDULED' | 'OPEN' | 'PAUSED' | 'SOLD_OUT' | 'CLOSED'
                openTime: string | null
                /** false: the item was taken off. It has no name and price any more. */
                isOnSale: boolean
                /** A normal item of which there are enough units */
                isOrderable: boolean
                /** Price times quantity */
                totalSum: number
              }[]
              /** Of the lines that can be ordered */
              totalSum: number
            }
          }
        }
      } & Problems<401 | 403 | 429 | 500 | 503>
    }
    /** Add to the cart – One entry, or a list of them, all or nothing. The quantity is added to what is there: up to 1,000 units of an item, and 100 items. Limited items can be kept in a cart, but are bought by their sale only. */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: {
        content: {
          'application/json':
            | {
                /** Id of the item */
                itemId: number
                quantity: number
              }
            | {
                /** Id of the item */
                itemId: number
                quantity: number
              }[]
        }
      }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
    /** Empty the cart – Also where nothing is in it. */
    delete: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/carts/order': {
    /** Order what is in the cart – One order, all or nothing, at the prices of now; its lines leave the cart with it. Without `itemIds` it is every line of a normal item; limited items, which are bought by their sale, and items that were taken off stay in the cart. The goods go to `recipient`, or to the member’s own address. The body may be left out. */
    post: {
      parameters: {
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody?: {
        content: {
          'application/json': {
            /** Lines to order; all of normal items where it is left out */
            itemIds?: number[]
            /** Who gets the goods */
            recipient?: {
              name: string
              /** With or without separators */
              phoneNumber: string
              address: string
            }
          } | null
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              /** Id of the order */
              orderId: number
              /** Id of the buyer */
              userId: number
              /** Korean won */
              totalSum: number
              /** ISO 8601 in Korean time */
              orderDate: string
              orderItemList: {
                /** Id of the line within its order: that of its item */
                orderItemId: number
                /** Id of the item */
                itemId: number
                /** Units that count; 0 where all were cancelled */
                quantity: number
                /** Korean won */
                unitPrice: number
                /** Korean won */
                totalSum: number
                status: string
                /** Units fewer than were ordered first; left out where there are none */
                canceledQuantity?: number
              }[]
              status: string
              /** ISO 8601 in Korean time */
              payBy: string
              /** Order of arrival at the gate of the sale: epoch * 2^32 + n. Limited orders only. */
              saleSequence?: number
            }
          }
        }
      } & Problems<400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/carts/increase': {
    /** One unit: increase the quantity of a line – Up to 1,000 units of an item. */
    put: {
      parameters: {
        query: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/carts/{itemId}/increase': {
    /** Any number of units: increase the quantity of a line – Up to 1,000 units of an item. The body is the number alone. */
    put: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: { content: { 'application/json': number } }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/order-service/api/v1/carts/decrease': {
    /** One unit: decrease the quantity of a line – A line of which nothing is left is removed. */
    put: {
      parameters: {
        query: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
  '/order-service/api/v1/carts/{itemId}/decrease': {
    /** Any number of units: decrease the quantity of a line – A line of which nothing is left is removed. The body is the number alone. */
    put: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: { content: { 'application/json': number } }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
  }
  '/order-service/api/v1/carts/{itemId}': {
    /** Set the quantity of a line – At least 1: DELETE removes the line. */
    put: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }
      requestBody: { content: { 'application/json': { quantity: number } } }
      responses: { 204: { content: {} } } & Problems<
        400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503
      >
    }
    /** Remove one line – Also one of an item that was taken off. */
    delete: {
      parameters: {
        path: {
          /** Id of the item */
          itemId: number
        }
        header?: {
          /** Repeat it to get the same answer again. */
          'idempotency-key'?: string
        }
      }

      responses: { 204: { content: {} } } & Problems<400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503>
    }
  }
}
